import { z } from 'zod';
import { WholeNumber } from '../../src/chat/values.ts';
import { defineCommand } from '../../src/command.ts';
import { plainText, redact } from '../../src/console/redact.ts';
import { type Finding, findSignatures } from '../../src/console/signatures.ts';
import { OpenStackError, UserError } from '../../src/errors.ts';
import { getConsoleOutput, type Server } from '../../src/openstack/compute.ts';
import { resolveServer } from '../../src/openstack/kinds.ts';
import { listOwners } from '../../src/openstack/owners.ts';
import type { Session } from '../../src/openstack/session.ts';
import { serverTarget } from '../../src/openstack/targets.ts';
import { code, count, plain } from '../../src/reply.ts';
import { ownerName } from '../../src/target.ts';

/** More than libvirt keeps: 100 KiB of the log, nova.virt.libvirt.driver.MAX_CONSOLE_BYTES, are at most about 10,000 lines of 10 characters. */
const WHOLE_LOG_LINES = 20_000;
/** A finding's line is a hint; the file has all of it. */
const LONGEST_LINE = 160;

export default defineCommand({
  summary: "Show a server's console log with known boot failures on top; it goes to your direct messages.",
  guide: 'Maintenance, Failures, and Debugging › Inspecting and Recovering Data from Failed Instances',
  examples: ['console log show web-1', 'console log show web-1 --lines 200'],
  aliases: ['console', 'server console'],
  effect: 'read',
  forAskerAlone: true,
  args: z.object({
    server: z.string().describe('server, by exact name in any project, or by ID'),
    lines: WholeNumber.pipe(z.number().min(1).max(10_000))
      .default(50)
      .describe('how many of the last lines are shown; the file has all'),
  }),
  positionals: ['server'],
  completes: { server: 'server' },

  async run({ server: text, lines }, { openstack, about, mayTouch }) {
    const server = await resolveServer(openstack, text, { mayTouch });
    const project = (await listOwners(openstack))(server.tenant_id);
    const touches = [serverTarget(server, project)];
    about(...touches);
    const { text: log, removed } = redact(plainText(await wholeLog(openstack, server)));
    const where = `${code(server.name)} (project ${code(ownerName(project))}, ${server.status}${server.host ? ` on ${code(server.host)}` : ''})`;
    if (log.trim() === '') {
      return {
        text: `The console log of ${where} is empty.`,
        lines: ['A server that was just started, or whose image writes to no serial console, has none.'],
        touches,
      };
    }
    const all = log.replace(/\n+$/, '').split('\n');
    const findings = findSignatures(log);
    const shown = all.slice(-lines);
    return {
      text:
        findings.length === 0
          ? `Console log of ${where}: no known boot failure in it.`
          : `Console log of ${where}: ${findings.map(({ signature }) => signature.name).join(', ')}.`,
      lines: findings.flatMap((finding) => explained(finding, all.length)),
      pre: shown.join('\n'),
      note: noteOf(shown.length, all.length, removed),
      file: {
        name: `${fileName(server.name)}-console.log`,
        title: `Console log of ${plain(server.name)}`,
        content: `${all.join('\n')}\n`,
      },
      touches,
    };
  },
});

async function wholeLog(os: Session, { id, name, status }: Server): Promise<string> {
  try {
    return await getConsoleOutput(os, id, WHOLE_LOG_LINES);
  } catch (error) {
    if (!(error instanceof OpenStackError)) throw error;
    if (error.code === 'conflict') {
      throw new UserError(
        `${code(name)} has no console yet: it is ${status} and on no host. Nova says: ${plain(error.fault ?? '')}`,
        { cause: error },
      );
    }
    if (error.code === 'not_found') {
      throw new UserError(`The compute host has no console log of ${code(name)}. Nova says: ${plain(error.fault ?? '')}`, {
        cause: error,
      });
    }
    throw error;
  }
}

function explained({ signature, times, line, at }: Finding, lines: number): string[] {
  const often = times > 1 ? `, ${times} times` : '';
  const shown = line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)}…` : line;
  return [`${signature.name} (line ${at} of ${lines}${often}): ${code(shown)}`, `${signature.means} ${signature.next}`];
}

function noteOf(shown: number, all: number, removed: number): string {
  const part = shown === all ? `All ${count(all, 'line')}` : `The last ${shown} of ${count(all, 'line')}; the file has all`;
  return `${part}. Taken out: terminal control sequences${removed > 0 ? ` and ${count(removed, 'secret')}` : ''}.`;
}

function fileName(name: string): string {
  return name.replace(/[^\w.-]+/g, '_').slice(0, 80);
}
