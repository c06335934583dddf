// Run by embedded.test.ts as a process of its own, to be killed: starts the embedded Redis of a folder and says which.
import { startEmbeddedRedis } from '../../dist/src/redis/embedded.js';

const [folder, cache] = process.argv.slice(2);
const log = { info() {}, warn() {} };
const { socket, pid, adopted } = await startEmbeddedRedis({ folder, cache, log });
process.stdout.write(`${JSON.stringify({ socket, pid, adopted })}\n`);
