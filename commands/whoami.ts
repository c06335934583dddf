import { z } from 'zod';
import { defineCommand, type Effect } from '../src/command.ts';
import type { Who } from '../src/command-context.ts';
import { code, plain } from '../src/reply.ts';

export default defineCommand({
  summary: 'Show who you are to Stackhand, your roles, and what you may use.',
  examples: ['whoami'],
  effect: 'read',
  cloud: false,
  args: z.object({}),

  async run(_args, { registry, who }) {
    const allowed = registry.commands.filter(({ name }) => who.mayUse(name));
    const effects: Effect[] = ['read', 'change', 'disruptive', 'destructive'];
    return {
      text: `You are ${plain(nameOf(who))}${who.roles.length > 0 ? `, with ${who.roles.length === 1 ? 'role' : 'roles'} ${who.roles.map(code).join(', ')}` : ', without any role'}.`,
      lines: effects.map((effect) => {
        const names = allowed.filter(({ command }) => command.effect === effect).map(({ name }) => code(name));
        return `${MAY[effect]}: ${names.length > 0 ? names.join(' · ') : 'none'}`;
      }),
      note: 'This is what you may use here; rules can differ between channels and clouds, and for single projects, hosts and servers.',
    };
  },
});

const MAY: Record<Effect, string> = {
  read: 'Commands that only look',
  change: 'Changes that are undone with ease',
  disruptive: 'Changes that users notice',
  destructive: 'Changes that can lose data or addresses',
};

function nameOf({ name, user, requester }: Who): string {
  if (requester.kind === 'schedule') return `the schedule ${requester.name}`;
  const known =
    name && name !== user ? `${name} (Slack member ${user ?? requester.user})` : `Slack member ${user ?? requester.user}`;
  return requester.kind === 'terminal' ? `Unix user ${requester.unixUser}, who is ${known}` : known;
}
