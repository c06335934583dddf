import { z } from 'zod';
import { defineCommand } from '../../src/command.ts';
import { utc } from '../../src/outbox/times.ts';
import { code, count } from '../../src/reply.ts';
import { cloudTarget } from '../../src/target.ts';

export default defineCommand({
  summary: 'Let changes go on in a cloud of which so much was down at once that I pulled its brake; two others approve it.',
  guide: 'Designing for Cloud Controllers and Cloud Management › Message Queue',
  examples: ['brake lift --cloud prod --reason "RabbitMQ is back, and all hosts report again"'],
  effect: 'destructive',
  votes: 2,
  args: z.object({ reason: z.string().min(3).describe('what it was, and why changes are safe again') }),
  payload: z.object({ cloud: z.string(), brake: z.string(), down: z.record(z.string(), z.array(z.string())) }),

  async plan(_args, { cloud, standstill }) {
    const { brake, json } = await standstill.find(cloud);
    const touches = [cloudTarget(cloud)];
    if (!brake || json.brake === null) return { nothingToDo: `${code(cloud)} has no brake on.`, touches };
    const down = await standstill.down(cloud);
    const rows = Object.entries(down).flatMap(([region, names]) => names.map((name) => [region, name]));
    return {
      text: `Lift the brake of ${code(cloud)}, which is on since ${utc(brake.at)}: ${brake.what}.`,
      lines: [
        'What had begun goes on at once, and new changes and evacuations are taken again.',
        ...(rows.length > 0
          ? [
              'What is listed here is known from then on, and pulls no brake as long as it stays down; whatever goes down besides may.',
            ]
          : []),
      ],
      ...(rows.length > 0 ? { warnings: [`${count(rows, 'service')} still down, or so in the last 5 minutes`] } : {}),
      ...(rows.length > 0 ? { table: { columns: ['region', 'down'], rows } } : {}),
      touches,
      typed: cloud,
      payload: { cloud, brake: json.brake, down },
      undo: { possible: true, how: `${code('freeze')} stops what has not been written by then` },
    };
  },

  carryOut: (payload, { standstill }) => standstill.lift(payload),
});
