import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type KeptPort, keepPort } from './kept-port.ts';

/** An HTTP server on loopback that can be away. */
export interface Loopback {
  /** `http://127.0.0.1:PORT` */
  url: string;
  /** Refuses connections and cuts those there are, until `back`. */
  away(): Promise<void>;
  /** Listens on the same port again. */
  back(): Promise<void>;
  stop(): Promise<void>;
}

/** @param cut what else is to be cut: connections that speak HTTP no more. */
export async function listenOnLoopback(server: Server, wanted = 0, cut: () => void = () => undefined): Promise<Loopback> {
  const listen = async (on: number): Promise<void> => {
    server.listen(on, '127.0.0.1');
    await once(server, 'listening');
  };
  await listen(wanted);
  const { port } = server.address() as AddressInfo; // as a TCP server has it
  let kept: KeptPort | undefined;
  const end = async (stopListening: () => unknown): Promise<void> => {
    const closed = once(server, 'close');
    await stopListening();
    server.closeAllConnections();
    cut();
    await closed;
  };
  return {
    url: `http://127.0.0.1:${port}`,
    async away() {
      if (kept) return;
      await end(async () => {
        kept = await keepPort(server);
      });
    },
    async back() {
      if (!kept) return;
      await kept.release();
      kept = undefined;
      await listen(port);
    },
    stop: async () => (kept ? kept.release() : end(() => server.close())),
  };
}
