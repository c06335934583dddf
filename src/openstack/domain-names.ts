import type { Target } from '../target.ts';
import type { Domain } from './identity.ts';
import { domainTarget } from './targets.ts';

/** In the place of a name that a rule hides. */
const NOT_SHOWN = 'not shown';

/** What lies in the domain, where that is a project or is seen with one: a rule that shows the project shows its domain's name. */
type Seen = NonNullable<Target['project']>;

/** Domains' names, as far as whoever asks may read them. */
export function domainNames(
  domains: readonly Pick<Domain, 'id' | 'name'>[],
  mayTouch: (target: Target) => boolean,
): (id: string, project?: Seen) => string {
  const names = new Map(domains.map(({ id, name }) => [id, name]));
  return (id, project) => {
    const name = names.get(id) ?? id;
    return mayTouch({ ...domainTarget({ id, name }), ...(project ? { project } : {}) }) ? name : NOT_SHOWN;
  };
}
