import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { startDemo } from './demo.ts';

const USAGE = `Usage: npm run demo -- [--port 3000] [--state .state/demo] [--reset] [--headless]

  --port      where the page is served, on 127.0.0.1
  --state     the folder where everything is kept between runs
  --reset     forgets all that is kept there, and begins anew
  --headless  says nothing but the page's address, once it is served
`;

interface Wanted {
  port: number;
  folder: string;
  reset: boolean;
  headless: boolean;
}

/** @returns what is wrong with it, where something is. */
function read(args: readonly string[]): Wanted | string {
  const options = {
    port: { type: 'string', default: '3000' },
    state: { type: 'string', default: '.state/demo' },
    reset: { type: 'boolean', default: false },
    headless: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  } as const;
  try {
    const { values } = parseArgs({ args: [...args], options });
    const port = Number(values.port);
    if (values.help) return '';
    if (!/^\d+$/.test(values.port) || port > 65_535) return `--port ${values.port} is no port: type a number up to 65535.`;
    return { port, folder: resolve(values.state), reset: values.reset, headless: values.headless };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Runs until Ctrl-C or SIGTERM. @returns the exit status */
async function main(args: readonly string[]): Promise<number> {
  const wanted = read(args);
  if (typeof wanted === 'string') {
    process.stderr.write(wanted === '' ? USAGE : `${wanted}\n\n${USAGE}`);
    return wanted === '' ? 0 : 2;
  }
  const asked = untilAsked();
  if (!wanted.headless) console.log('Starting a pretend Slack, a pretend cloud, and Stackhand …');
  const demo = await startDemo(wanted);
  console.log(wanted.headless ? demo.url : banner(demo.url, demo.logFile, wanted.folder));
  await asked;
  if (!wanted.headless) console.log('\nStopping …');
  await demo.stop();
  return 0;
}

/** npm, the shell and the terminal may each pass on the same Ctrl-C: ending takes it once. */
function untilAsked(): Promise<void> {
  return new Promise((done) => {
    process
      .on('SIGINT', () => done())
      .on('SIGTERM', () => done())
      .on('SIGHUP', () => done());
  });
}

function banner(url: string, log: string, folder: string): string {
  return `
  Stackhand is at  ${url}

  You are Bob, an operator. Alice and Carol approve, Eve may only look: switch at the top left.
  The bot is the real one; Slack and the cloud are pretended, on this machine alone.

  Its log    ${log}
  Kept in    ${folder}   (--reset begins anew)
  Ctrl-C ends everything.
`;
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ('code' in error && error.code === 'EADDRINUSE' && 'port' in error) {
    return `Something else listens on port ${error.port}, perhaps another demo. End it, or type \`npm run demo -- --port 3001\`.`;
  }
  return error.message;
}

try {
  process.exit(await main(process.argv.slice(2)));
} catch (error) {
  console.error(explain(error));
  process.exit(1);
}
