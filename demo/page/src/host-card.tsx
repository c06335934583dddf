import { memo, type ReactNode, useEffect, useState } from 'react';
import type { HostView, ServerView, Use } from '../../protocol.ts';
import { useDesk } from './context.ts';

export function HostCard({ host, servers }: { host: HostView; servers: readonly ServerView[] }): ReactNode {
  const { act } = useDesk();
  const { name, zone, state, status, power, reason } = host;
  const isOn = power === 'on';
  return (
    <article className={`host host-${state} ${status === 'disabled' ? 'host-disabled' : ''}`} aria-label={`Host ${name}`}>
      <header>
        <h4>{name}</h4>
        <span className="host-state" title={reason ?? undefined}>
          {stateInWords(host)}
        </span>
        <button
          type="button"
          className="power"
          role="switch"
          aria-checked={isOn}
          aria-label={`Power of ${name}`}
          title={isOn ? `Cut ${name}'s power` : `Give ${name} power again`}
          onClick={() => void act({ kind: 'power', host: name, on: !isOn })}
        >
          <svg viewBox="0 0 16 16" width="12" height="12" aria-hidden="true">
            <path
              d="M8 1.5v6M4.6 3.6a5.3 5.3 0 1 0 6.8 0"
              fill="none"
              stroke="currentColor"
              strokeWidth="1.8"
              strokeLinecap="round"
            />
          </svg>
        </button>
      </header>
      <Bar label="vCPU" use={host.vcpus} />
      <Bar label="RAM" use={host.ramMiB} />
      <ul aria-label={`Servers on ${name}`}>
        {servers.map((server) => (
          <ServerChip key={server.id} server={server} />
        ))}
      </ul>
      <footer>{zone}</footer>
    </article>
  );
}

function stateInWords({ state, status, power, forcedDown }: HostView): string {
  const service = forcedDown ? 'forced down' : state;
  if (power === 'off') return status === 'disabled' ? 'off, disabled' : 'no power';
  return status === 'disabled' ? `${service}, disabled` : service;
}

function Bar({ label, use: { used, total } }: { label: string; use: Use }): ReactNode {
  const part = total === 0 ? 0 : Math.min(1, used / total);
  const percent = Math.round(part * 100);
  const level = part > 0.9 ? 'full' : part > 0.75 ? 'high' : '';
  return (
    <div className={`bar ${level}`} title={`${label}: ${percent} % is given out`}>
      <span>
        {label}
        <span className="sr-only"> {percent} %</span>
      </span>
      <div aria-hidden="true">
        <i className="bar-fill" style={{ width: `${percent}%` }} />
      </div>
    </div>
  );
}

/** Where each server was last drawn, so that one that has moved is seen to arrive. */
const drawnOn = new Map<string, string | null>();

export const ServerChip = memo(function ServerChip({ server }: { server: ServerView }): ReactNode {
  const { id, name, status, task, project, host, flavor, onVolume, fault } = server;
  const [arrives] = useState(() => drawnOn.has(id) && drawnOn.get(id) !== host);
  useEffect(() => void drawnOn.set(id, host), [id, host]);
  const doing = task === null ? status : `${status}, ${task}`;
  return (
    <li
      className={arrives ? 'server server-arrives' : 'server'}
      title={`${name}: ${doing}\n${project}, ${flavor}${fault === null ? '' : `\n${fault}`}`}
    >
      <i className={`lamp lamp-${lampOf(server)}`} aria-hidden="true" />
      <span>{name}</span>
      {onVolume && <i className="disk" aria-hidden="true" />}
      <span className="sr-only">, {doing}</span>
    </li>
  );
});

function lampOf({ status, task }: ServerView): string {
  if (task !== null || ['BUILD', 'REBUILD', 'MIGRATING', 'RESIZE', 'VERIFY_RESIZE'].includes(status)) return 'busy';
  return status === 'ACTIVE' ? 'active' : status === 'ERROR' ? 'error' : 'shutoff';
}
