import { z } from 'zod';
import { commandsBeginningWith, matchCommand, unknownCommand } from '../src/chat/match.ts';
import { helpOn } from '../src/chat/usage.ts';
import { defineCommand } from '../src/command.ts';
import { UserError } from '../src/errors.ts';
import { type NamedCommand, registryOf } from '../src/registry.ts';
import { type Answer, code, count } from '../src/reply.ts';

export default defineCommand({
  summary: 'Show the commands you may use, or how one of them is used.',
  examples: ['help', 'help request', 'help request show'],
  effect: 'read',
  cloud: false,
  args: z.object({
    command: z.array(z.string()).default([]).describe('words of a command, or the object whose commands you want to see'),
  }),
  positionals: ['command'],

  async run({ command }, { registry, who }) {
    // What the asker may not use does not exist here.
    const allowed = registryOf(
      registry.commands.filter(({ name }) => who.mayUse(name)),
      [],
    );
    if (command.length === 0) return overview(allowed.commands);
    const words = command.map((text) => ({ text, quoted: 'no' as const, raw: text }));
    const match = matchCommand(words, allowed);
    if (match?.used === words.length) return helpOn(match.named);
    const several = commandsBeginningWith(words, allowed);
    if (several.length > 0) return shortList(several);
    throw new UserError(unknownCommand(words, allowed, () => true));
  },
});

function overview(commands: readonly NamedCommand[]): Answer {
  const objects = [...new Set(commands.map(({ object }) => object))].sort();
  return {
    text: `You may use ${count(commands, 'command')} here.`,
    lines: objects.map((object) => {
      const names = commands.filter((named) => named.object === object).map(({ name }) => code(name));
      return `${object === '' ? 'On their own' : object}: ${names.join(' · ')}`;
    }),
    note: 'help <object> says what each does, help <command> how it is used.',
  };
}

function shortList(commands: readonly NamedCommand[]): Answer {
  return {
    text: `${count(commands, 'command')}; ${code('help <command>')} shows how one is used.`,
    table: {
      columns: ['command', 'effect', 'what it does'],
      rows: commands.map(({ name, command }) => [name, command.effect, command.summary]),
    },
  };
}
