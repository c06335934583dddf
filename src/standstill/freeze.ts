import { quote } from '../chat/tokenize.ts';
import type { OwnStep } from '../command.ts';
import { UserError } from '../errors.ts';
import { PRIORITY, say } from '../outbox/outbox.ts';
import { utc } from '../outbox/times.ts';
import type { Core } from '../process/core.ts';
import { type Command, commit } from '../redis/commit.ts';
import { code, plain, type Reply } from '../reply.ts';
import { label } from '../request.ts';
import { markStandstill } from './mark.ts';
import { type Freeze, readStandstill, type Standstill } from './standstill.ts';
import type { Thaw } from './standstill-book.ts';

/** @returns as the cloud stands then: frozen by this, or by somebody who was faster. */
export async function freezeCloud(core: Core, cloud: string, freeze: Freeze): Promise<Standstill> {
  const { store } = core;
  const { redis, keys } = store;
  await commit(
    redis,
    [{ key: keys.freeze(cloud), is: null }],
    [['SET', keys.freeze(cloud), JSON.stringify(freeze)], ...tell(core, cloud, freeze, frozenInWords(cloud, freeze))],
  );
  await markStandstill(core, cloud, freeze.by);
  return readStandstill(store, cloud);
}

/** For after the votes: the very freeze that was approved goes, or nothing does. */
export async function thawCloud(core: Core, { cloud, freeze }: Thaw, by: { request: number; name: string }): Promise<OwnStep> {
  const { store } = core;
  const standstill = await readStandstill(store, cloud);
  if (standstill.json.freeze !== freeze || !standstill.freeze)
    throw new UserError(
      `${code(cloud)} is no longer frozen as it was when this was approved. Type the line again if it is frozen still.`,
    );
  const key = store.keys.freeze(cloud);
  const text = `${code(cloud)} is thawed by ${label(by.request)}, which ${plain(by.name)} asked for and others approved.`;
  const was = `It was frozen by ${plain(standstill.freeze.name)} since ${utc(standstill.freeze.at)}: ${code(standstill.freeze.reason)}.`;
  return {
    when: [{ key, is: freeze }],
    commands: [['DEL', key], ...tell(core, cloud, standstill.freeze, { text, lines: [was] })],
    reply: { text: `${code(cloud)} is thawed, and what waited for that goes on.`, lines: [was] },
    afterwards: () => markStandstill(core, cloud, by.name),
  };
}

/** One message for each freeze, where approvals are decided; it says in the end that it is over. */
function tell({ config, store }: Core, cloud: string, { at }: Freeze, reply: Reply): Command[] {
  const to = { kind: 'channel', channel: config.channels.approvals } as const;
  return say(store.keys, { id: `freeze/${cloud}/${at}`, to, priority: PRIORITY.approval, reply }, store.clock.now());
}

function frozenInWords(cloud: string, { name, reason, request }: Freeze): Reply {
  return {
    text: `${plain(name)} froze ${code(cloud)}: ${code(reason)}.`,
    lines: [
      'New changes there are refused. What runs hands itself back before its next write, and waits for the thaw as what is queued does; votes still count.',
      `To go on there type ${code(`thaw --cloud ${quote(cloud)}`)}; somebody else approves that.`,
    ],
    note: `By ${label(request)}.`,
  };
}
