// Run by embedded.test.ts as a process of its own, to be killed: starts the embedded Redis of a folder and says which.
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

const [folder, cache] = process.argv.slice(2);
const { module } = await runnerImport(fileURLToPath(new URL('../../src/redis/embedded.ts', import.meta.url)), {
  configFile: false,
  logLevel: 'silent',
});
const log = { info() {}, warn() {} };
const { socket, pid, adopted } = await module.startEmbeddedRedis({ folder, cache, log });
process.stdout.write(`${JSON.stringify({ socket, pid, adopted })}\n`);
