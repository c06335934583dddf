import { useCallback, useEffect, useState } from 'react';

/** Where one is: in the address, so that a reload and the back button keep it. `#alice/ops/1795670900.000100` */
export interface Place {
  as: string;
  /** A channel's name, `stackhand` for the app's direct messages, `home` for its Home tab, or a channel's ID. */
  at: string;
  thread?: string;
}

const FIRST: Place = { as: 'bob', at: 'ops' };

function read(): Place {
  const [as = '', at = '', thread = ''] = decodeURIComponent(location.hash.slice(1)).split('/');
  return { as: as || FIRST.as, at: at || FIRST.at, ...(thread === '' ? {} : { thread }) };
}

export function usePlace(): [Place, (change: Partial<Place>) => void] {
  const [place, setPlace] = useState(read);
  useEffect(() => {
    const follow = (): void => setPlace(read());
    window.addEventListener('hashchange', follow);
    return () => window.removeEventListener('hashchange', follow);
  }, []);
  const go = useCallback((change: Partial<Place>): void => {
    // Whoever goes elsewhere leaves the thread.
    const { thread, ...rest } = { ...read(), thread: '', ...change };
    location.hash = [rest.as, rest.at, ...(thread ? [thread] : [])].join('/');
    // At once: the browser tells of it only later, and until then a choice that was just made would spring back.
    setPlace(read());
  }, []);
  return [place, go];
}
