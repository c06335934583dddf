import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';

/** A port that is somebody's, although nobody listens there. */
export interface KeptPort {
  release(): Promise<void>;
}

/**
 * Closes a server and keeps its port. Whoever connects is refused, and nobody who asks the system for any port gets this one, as somebody
 * soon would: it gives ports that have just become free. What keeps it is a connection that begins there.
 */
export async function keepPort(server: Server): Promise<KeptPort> {
  const { port } = server.address() as AddressInfo; // as a TCP server has it
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const accepted = once(other, 'connection');
  // Both at once, or somebody is given it in between.
  server.close();
  const end = connect({
    port: (other.address() as AddressInfo).port,
    host: '127.0.0.1',
    localAddress: '127.0.0.1',
    localPort: port,
  });
  await once(end, 'connect');
  const [start] = await accepted;
  return {
    async release() {
      start.destroy();
      end.destroy();
      other.close();
      await once(other, 'close');
    },
  };
}
