import { z } from 'zod';
import { defineCommand } from '../src/command.ts';
import { utc } from '../src/outbox/times.ts';
import { code, plain } from '../src/reply.ts';
import { label } from '../src/request.ts';
import { cloudTarget } from '../src/target.ts';

export default defineCommand({
  summary: 'Let changes go on in a cloud that somebody froze; somebody else than the asker approves it.',
  examples: ['thaw', 'thaw --cloud prod --reason "the fire is out"'],
  effect: 'change',
  // Who froze it may ask, or approve, and never both.
  votes: 1,
  args: z.object({ reason: z.string().min(3).optional().describe('what has changed since it was frozen') }),
  payload: z.object({ cloud: z.string(), freeze: z.string() }),

  async plan(_args, { cloud, standstill }) {
    const { freeze, json, brake } = await standstill.find(cloud);
    const touches = [cloudTarget(cloud)];
    if (!freeze || json.freeze === null) return { nothingToDo: `${code(cloud)} is not frozen.`, touches };
    const { name, reason, at, request } = freeze;
    return {
      text: `Thaw ${code(cloud)}, which ${plain(name)} froze on ${utc(at)} with ${label(request)}: ${code(reason)}.`,
      lines: ['What waits for the thaw goes on at once, and new changes are taken again.'],
      ...(brake ? { warnings: [`the brake is on, and stays on: ${brake.what}`] } : {}),
      touches,
      payload: { cloud, freeze: json.freeze },
      undo: { possible: true, how: `${code('freeze')} stops what has not been written by then` },
    };
  },

  carryOut: (payload, { standstill }) => standstill.thaw(payload),
});
