import { type ReactNode, useMemo } from 'react';
import type { AddressView, ServerView } from '../../protocol.ts';
import { BreakThings } from './break-things.tsx';
import { useDesk } from './context.ts';
import { HostCard, ServerChip } from './host-card.tsx';

/** The pretend cloud as it is at this moment. */
export function CloudPanel(): ReactNode {
  const { seen } = useDesk();
  const { hosts, servers, addresses, system } = seen;
  const byHost = useMemo(() => Map.groupBy(servers, ({ host }) => host ?? ''), [servers]);
  const nowhere = byHost.get('') ?? [];
  const unused = addresses.filter(({ server, kept }) => server === null && !kept).length;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls
    <aside className="cloud" aria-label="The pretend cloud" tabIndex={0}>
      <header className="cloud-head">
        <h2>Cloud</h2>
        <span className={`bot-state bot-${system?.bot}`}>{botInWords(system?.bot, system?.connections ?? 0)}</span>
      </header>
      <dl className="figures">
        <Figure name="hosts up" value={`${hosts.filter(({ state }) => state === 'up').length}/${hosts.length}`} />
        <Figure name="servers" value={String(servers.length)} />
        <Figure name="API calls" value={(system?.calls ?? 0).toLocaleString('en')} />
        <Figure name="of them writes" value={(system?.writes ?? 0).toLocaleString('en')} />
      </dl>
      <section aria-labelledby="hosts-title">
        <h3 id="hosts-title">Hosts</h3>
        <div className="hosts">
          {hosts.map((host) => (
            <HostCard key={host.name} host={host} servers={byHost.get(host.name) ?? NO_SERVERS} />
          ))}
        </div>
        {nowhere.length > 0 && (
          <div className="nowhere">
            <h4>On no host</h4>
            <ul>
              {nowhere.map((server) => (
                <ServerChip key={server.id} server={server} />
              ))}
            </ul>
          </div>
        )}
        <Legend />
      </section>
      <section aria-labelledby="addresses-title">
        <h3 id="addresses-title">
          Floating IPs <small>{unused} lead nowhere</small>
        </h3>
        <ul className="addresses">
          {addresses.map((address) => (
            <Address key={address.id} address={address} />
          ))}
        </ul>
      </section>
      <BreakThings />
    </aside>
  );
}

const NO_SERVERS: readonly ServerView[] = [];

function Figure({ name, value }: { name: string; value: string }): ReactNode {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function botInWords(bot: string | undefined, connections: number): string {
  if (bot === 'up' && connections > 0) return `Stackhand is connected${connections > 1 ? ` ×${connections}` : ''}`;
  if (bot === 'up') return 'Stackhand runs, Slack is away';
  return bot === 'starting' ? 'Stackhand starts …' : 'Stackhand is dead';
}

const STATES: [className: string, words: string][] = [
  ['active', 'active'],
  ['busy', 'busy'],
  ['shutoff', 'shut off'],
  ['error', 'error'],
];

function Legend(): ReactNode {
  return (
    <p className="legend">
      {STATES.map(([className, words]) => (
        <span key={className}>
          <i className={`lamp lamp-${className}`} aria-hidden="true" />
          {words}
        </span>
      ))}
      <span>
        <i className="disk" aria-hidden="true" />
        boots from a volume
      </span>
    </p>
  );
}

function Address({ address: { address, project, server, kept } }: { address: AddressView }): ReactNode {
  const leads = server ?? (kept ? 'kept' : 'unused');
  const kind = server !== null ? 'in-use' : kept ? 'kept' : 'unused';
  return (
    <li className={`address address-${kind}`} title={`${address} of ${project}: ${leads}`}>
      <b>{address}</b>
      <span>{leads}</span>
    </li>
  );
}
