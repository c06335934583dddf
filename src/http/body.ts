import type { IncomingMessage } from 'node:http';

export interface Bodies {
  /** Reads one, and keeps it in the account until `use` has ended. */
  read<T>(request: IncomingMessage, maxBytes: number, use: (body: string | 'too large' | 'busy') => Promise<T>): Promise<T>;
}

/** @param inHandAtMost of all requests together: more is refused before it fills the memory. */
export function createBodies(inHandAtMost: number): Bodies {
  let inHand = 0;
  return {
    async read(request, maxBytes, use) {
      const chunks: Buffer[] = [];
      let size = 0;
      try {
        for await (const chunk of chunksOf(request)) {
          size += chunk.length;
          inHand += chunk.length;
          if (size > maxBytes) break;
          if (inHand > inHandAtMost) return await use('busy');
          chunks.push(chunk);
        }
        if (size <= maxBytes) return await use(Buffer.concat(chunks).toString());
        chunks.length = 0;
        await discard(request, maxBytes);
        return await use('too large');
      } finally {
        inHand -= size;
      }
    },
  };
}

/** Reads what nobody wants, as far as is decent: who is still sending does not read the answer. */
export async function discard(request: IncomingMessage, maxBytes: number): Promise<void> {
  let left = maxBytes;
  for await (const chunk of chunksOf(request)) {
    left -= chunk.length;
    if (left < 0) return;
  }
}

/** Leaves the connection open where it is not read to its end, for the answer. */
function chunksOf(request: IncomingMessage): AsyncIterable<Buffer> {
  return { [Symbol.asyncIterator]: () => request.iterator({ destroyOnReturn: false }) };
}
