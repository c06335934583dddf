import { useEffect, useState } from 'react';
import type { ChannelView, MessageView } from '../../protocol.ts';
import type { Seen } from './seen.ts';

/** Until when each person has read each channel, by channel ID: the `ts` of the newest message they saw. Kept by the browser. */
type Read = Record<string, string>;

function keyOf(person: string): string {
  return `stackhand-demo-read:${person}`;
}

export function readUntil(person: string): Read {
  try {
    return JSON.parse(localStorage.getItem(keyOf(person)) ?? '{}') as Read; // what markRead wrote
  } catch {
    return {};
  }
}

function markRead(person: string, channel: string, ts: string): void {
  localStorage.setItem(keyOf(person), JSON.stringify({ ...readUntil(person), [channel]: ts }));
}

/** Marks the channel read while it is open before somebody's eyes. @returns what was read when it was opened, for the line above the new */
export function useReading(
  person: string | undefined,
  channel: ChannelView | undefined,
  messages: readonly MessageView[],
): string {
  const newest = messages.at(-1)?.ts;
  const place = `${person}/${channel?.id}`;
  const [opened, setOpened] = useState({ place: '', until: '' });
  if (person !== undefined && channel && opened.place !== place) {
    setOpened({ place, until: readUntil(person)[channel.id] ?? '' });
  }
  useEffect(() => {
    if (person === undefined || !channel || newest === undefined) return undefined;
    const mark = (): void => {
      if (document.visibilityState === 'visible') markRead(person, channel.id, newest);
    };
    mark();
    document.addEventListener('visibilitychange', mark);
    return () => document.removeEventListener('visibilitychange', mark);
  }, [person, channel, newest]);
  return opened.until;
}

export interface Unread {
  any: boolean;
  /** Those that mention one, or come in direct messages. */
  pings: number;
}

export function unreadIn(seen: Seen, channel: ChannelView, isOpen: boolean): Unread {
  const me = seen.workspace?.me ?? '';
  if (isOpen) return { any: false, pings: 0 };
  const until = readUntil(me)[channel.id] ?? '';
  const news = (seen.messages.get(channel.id) ?? []).filter(({ ts, user }) => ts > until && user !== me);
  const shown = news.filter(({ threadTs, broadcast, pingsMe }) => threadTs === undefined || broadcast || pingsMe);
  return { any: shown.length > 0, pings: channel.kind === 'im' ? shown.length : shown.filter(({ pingsMe }) => pingsMe).length };
}
