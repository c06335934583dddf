#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { ConfigError } from './config.ts';
import { UserError } from './errors.ts';

/** `stackhand start` runs the service; every other word is the terminal's. Each loads what it needs alone: somebody waits for it. */
async function main(args: readonly string[]): Promise<number> {
  const [word, ...rest] = args;
  if (word !== 'start' || rest.includes('--help')) {
    const { runCli } = await import('./cli/main.ts');
    return runCli(args);
  }
  const { values } = parseArgs({ args: rest, options: { role: { type: 'string', default: 'all' }, config: { type: 'string' } } });
  const { role, config } = values;
  if (role !== 'all' && role !== 'gateway' && role !== 'worker') {
    throw new UserError(`There is no role \`${role}\`. Type \`--role gateway\` or \`--role worker\`, or leave it out for both.`);
  }
  const { serve } = await import('./process/serve.ts');
  return serve({ role, ...(config === undefined ? {} : { file: config }) });
}

try {
  const status = await main(process.argv.slice(2));
  // Whatever still hangs must not keep a service alive whose Redis has gone.
  if (process.argv[2] === 'start') process.exit(status);
  process.exitCode = status;
} catch (error) {
  // What the one who starts it can mend needs no stack.
  const mendable = error instanceof UserError || error instanceof ConfigError || (error instanceof TypeError && 'code' in error);
  process.stderr.write(`${mendable ? error.message : error instanceof Error ? error.stack : String(error)}\n`);
  if (process.argv[2] === 'start') process.exit(1);
  process.exitCode = 1;
}
