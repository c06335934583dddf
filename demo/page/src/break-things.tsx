import type { ReactNode } from 'react';
import type { Act, SystemView } from '../../protocol.ts';
import { useDesk } from './context.ts';

const SWITCHES: { which: keyof SystemView['switches']; name: string; about: string }[] = [
  { which: 'nova 500', name: 'Nova answers 500', about: 'Every call to the compute API fails.' },
  { which: 'nova hangs', name: 'Nova hangs', about: 'It takes calls, and answers none.' },
  { which: 'neutron away', name: 'Neutron is away', about: 'Connections to the network API are refused.' },
  {
    which: 'queue partition',
    name: 'Queue is cut in two',
    about: 'No host is heard of any more, though all of them run. That is no loss of hosts, and Stackhand knows it.',
  },
  { which: 'slack 429', name: 'Slack answers 429', about: 'Every call: come again in two seconds.' },
  { which: 'slack away', name: 'Slack is away', about: 'Its API and its sockets are gone.' },
];

type Press = Extract<Act, { kind: 'press' }>['what'];

const PRESSES: { what: Press; name: string; about: string }[] = [
  {
    what: 'kill bot',
    name: 'Kill Stackhand',
    about: 'SIGKILL, in the middle of whatever it does. It is started again, and goes on.',
  },
  { what: 'expire tokens', name: 'Expire tokens', about: 'Keystone forgets every token it gave.' },
  { what: 'alert storm', name: 'Alert storm', about: 'A rack switch breaks: 48 alerts at once, resolved after 45 seconds.' },
];

export function BreakThings(): ReactNode {
  const { seen, act } = useDesk();
  const { system } = seen;
  return (
    <section className="break" aria-labelledby="break-title">
      <h3 id="break-title">Break things</h3>
      <p className="break-about">The power buttons above cut a host off. These break the rest.</p>
      <ul>
        {SWITCHES.map(({ which, name, about }) => {
          const isOn = system?.switches[which] ?? false;
          return (
            <li key={which}>
              <button
                type="button"
                role="switch"
                className="switch"
                aria-checked={isOn}
                title={about}
                onClick={() => void act({ kind: 'switch', which, on: !isOn })}
              >
                <i aria-hidden="true" />
                {name}
              </button>
            </li>
          );
        })}
      </ul>
      <div className="presses">
        {PRESSES.map(({ what, name, about }) => (
          <button
            key={what}
            type="button"
            className="button"
            title={about}
            disabled={what === 'alert storm' && system?.storming}
            onClick={() => void act({ kind: 'press', what })}
          >
            {name}
          </button>
        ))}
      </div>
    </section>
  );
}
