import { useEffect, useState, useSyncExternalStore } from 'react';
import type { Act, FromServer } from '../../protocol.ts';
import { NOTHING_YET, type Seen, seenFrom } from './seen.ts';

const AGAIN_MS = 1_000;

export interface Answer {
  options?: string[];
  error?: string;
}

/** One person's line to the demo: what they see now, and what they do. It connects again by itself. */
export interface Live {
  seen: Seen;
  isConnected: boolean;
  act(act: Act): Promise<Answer>;
}

interface Line {
  subscribe(listener: () => void): () => void;
  snapshot(): Live;
  become(as: string): void;
  close(): void;
}

function openLine(first: string): Line {
  const listeners = new Set<() => void>();
  const waiting = new Map<number, (answer: Answer) => void>();
  let as = first;
  let socket: WebSocket | undefined;
  let again: ReturnType<typeof setTimeout> | undefined;
  let number = 0;
  let values = new Map<string, unknown>();

  const act = (what: Act): Promise<Answer> =>
    new Promise((resolve) => {
      if (socket?.readyState !== WebSocket.OPEN) return resolve({ error: 'The demo is not connected just now.' });
      number += 1;
      waiting.set(number, resolve);
      socket.send(JSON.stringify({ id: number, act: what }));
    });
  let live: Live = { seen: NOTHING_YET, isConnected: false, act };

  function show(next: Partial<Live>): void {
    live = { ...live, ...next };
    for (const listener of listeners) listener();
  }

  function hear(said: FromServer): void {
    if (said.kind === 'answer') {
      const { to, kind: _, ...answer } = said;
      waiting.get(to)?.(answer);
      waiting.delete(to);
      return;
    }
    // Whoever one was before is shown until all of the next one's has come.
    if (said.whole) values = new Map();
    for (const [key, value] of Object.entries(said.set)) values.set(key, value);
    for (const key of said.gone) values.delete(key);
    show({ seen: seenFrom(values), isConnected: true });
  }

  function connect(): void {
    clearTimeout(again);
    const mine = new WebSocket(`ws://${location.host}/live?as=${as}`);
    socket = mine;
    mine.onmessage = ({ data }) => {
      if (socket === mine) hear(JSON.parse(String(data)) as FromServer); // our own server's
    };
    mine.onclose = () => {
      if (socket !== mine) return;
      for (const answer of waiting.values()) answer({ error: 'The connection broke. Try again.' });
      waiting.clear();
      show({ isConnected: false });
      again = setTimeout(connect, AGAIN_MS);
    };
  }

  connect();
  return {
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    snapshot: () => live,
    become: (next) => {
      if (next === as) return;
      as = next;
      const old = socket;
      connect();
      old?.close();
    },
    close: () => {
      clearTimeout(again);
      const old = socket;
      socket = undefined;
      old?.close();
    },
  };
}

let line: Line | undefined;

/** What this person sees. There is one line for the whole page. */
export function useLive(as: string): Live {
  const [mine] = useState(() => {
    line ??= openLine(as);
    return line;
  });
  useEffect(() => mine.become(as), [mine, as]);
  return useSyncExternalStore(mine.subscribe, mine.snapshot);
}
