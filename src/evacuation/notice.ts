import type { Outcome } from '../job.ts';
import { plain } from '../reply.ts';
import type { EvacuatedServer, EvacuatePayload } from './payload.ts';

/** A notice to the users of these servers, ready to paste: what happened to which of them, project by project. */
export function notice({ host, servers, affected }: EvacuatePayload, outcomes: readonly Outcome[]): string {
  const stateOf = (id: string): Outcome['state'] | undefined => outcomes.find(({ item }) => item.id === id)?.state;
  const isBack = ({ id }: EvacuatedServer): boolean => stateOf(id) === 'done' || stateOf(id) === 'already';
  const parts = affected.flatMap(({ project }) => {
    const theirs = servers.filter((server) => server.project === project.id);
    if (theirs.length === 0) return [];
    const back = theirs.filter(isBack);
    const kept = back.filter(({ losesDisk }) => !losesDisk);
    const lost = back.filter(({ losesDisk }) => losesDisk);
    const missing = theirs.filter((server) => !isBack(server));
    return [
      [
        `Project ${plain(project.name)}:`,
        ...(kept.length > 0 ? [`- Back as before, after a restart: ${names(kept)}`] : []),
        ...(lost.length > 0
          ? [`- Back with new disks, and what was on the old ones is lost, but nothing that is on volumes: ${names(lost)}`]
          : []),
        ...(missing.length > 0 ? [`- Not back yet, we are working on it: ${names(missing)}`] : []),
      ].join('\n'),
    ];
  });
  return [
    `The compute host ${plain(host)} failed. ${servers.every(isBack) ? 'Its servers were' : 'Its servers are being'} brought up again on other hosts.`,
    ...parts,
    'Names, IDs, addresses and volumes are the same as before. Servers that ran were started, so please check that your services came up; what was only in memory is gone.',
  ].join('\n\n');
}

function names(servers: readonly EvacuatedServer[]): string {
  return servers.map(({ name, status }) => `${plain(name)}${status === 'SHUTOFF' ? ' (off, as it was)' : ''}`).join(', ');
}
