import { once } from 'node:events';
import type { Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

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

/** @param cut what else is to be done to those that are connected. */
export async function listenOnLoopback(server: Server, wanted = 0, cut: () => void = () => undefined): Promise<Loopback> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  const listen = async (on: number): Promise<void> => {
    server.listen(on, '127.0.0.1');
    await once(server, 'listening');
  };
  await listen(wanted);
  const { port } = server.address() as AddressInfo; // as a TCP server has it

  /**
   * A connection of our own. While there is one, the system gives the port to nobody who asks for any, as it soon would: ports that have
   * just become free are given first.
   */
  let keeper: { client: Socket; accepted: Socket } | undefined;
  const keepPort = async (): Promise<typeof keeper> => {
    const client = connect(port, '127.0.0.1').on('error', () => undefined);
    await once(client, 'connect');
    for (;;) {
      const accepted = [...sockets].find(({ remotePort }) => remotePort === client.localPort);
      if (accepted) return { client, accepted };
      await once(server, 'connection');
    }
  };

  return {
    url: `http://127.0.0.1:${port}`,
    async away() {
      if (keeper) return;
      keeper = await keepPort();
      server.close();
      for (const socket of sockets) if (socket !== keeper?.accepted) socket.destroy();
      cut();
    },
    async back() {
      if (!keeper) return;
      await listen(port);
      keeper.client.destroy();
      keeper = undefined;
    },
    async stop() {
      server.close();
      keeper?.client.destroy();
      const gone = [...sockets].map((socket) => new Promise((resolve) => socket.once('close', resolve)));
      for (const socket of sockets) socket.destroy();
      cut();
      await Promise.all(gone);
    },
  };
}
