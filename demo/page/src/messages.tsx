import { Fragment, type ReactNode, useLayoutEffect, useRef } from 'react';
import type { MessageView } from '../../protocol.ts';
import { useDesk } from './context.ts';
import { Message } from './message.tsx';
import { repliesTo } from './seen.ts';

/** Messages of one person closer than this stand together. */
const TOGETHER_S = 300;
/** Nearer to the end than this, one is there. */
const NEAR_PX = 80;

interface MessagesProps {
  label: string;
  shown: readonly MessageView[];
  /** All of the channel, for counting replies; none in a thread. */
  all?: readonly MessageView[];
  /** Where the new ones begin. */
  readUntil?: string;
  openThread?(ts: string): void;
  empty: ReactNode;
}

/** Stays at the end as messages come and grow, unless one has scrolled up. */
export function Messages({ label, shown, all = [], readUntil, openThread, empty }: MessagesProps): ReactNode {
  const { seen, place } = useDesk();
  const scroll = useRef<HTMLDivElement>(null);
  const inner = useRef<HTMLDivElement>(null);
  const follows = useRef(true);
  useLayoutEffect(() => {
    const box = scroll.current;
    const content = inner.current;
    if (!box || !content) return undefined;
    const toEnd = (): void => {
      if (follows.current) box.scrollTop = box.scrollHeight;
    };
    const observer = new ResizeObserver(toEnd);
    observer.observe(content);
    observer.observe(box);
    return () => observer.disconnect();
  }, []);
  const firstNew = readUntil ? shown.find(({ ts, user }) => ts > readUntil && user !== seen.workspace?.me) : undefined;
  return (
    <div
      ref={scroll}
      className="messages"
      role="log"
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls
      tabIndex={0}
      onScroll={({ currentTarget: box }) => {
        follows.current = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_PX;
      }}
    >
      <div ref={inner} className="messages-inner">
        {shown.length === 0 && <div className="empty">{empty}</div>}
        {shown.map((message, n) => {
          const before = shown[n - 1];
          const isNewDay = dayOf(message) !== (before && dayOf(before));
          return (
            <Fragment key={message.ts}>
              {isNewDay && <p className="day">{dayOf(message)}</p>}
              {message === firstNew && <p className="new-line">New</p>}
              <Message
                message={message}
                author={seen.people.get(message.user)}
                as={place.as}
                follows={!isNewDay && message !== firstNew && before !== undefined && standTogether(before, message)}
                replies={repliesTo(all, message.ts).length}
                {...(openThread ? { openThread } : {})}
              />
            </Fragment>
          );
        })}
      </div>
    </div>
  );
}

function standTogether(before: MessageView, message: MessageView): boolean {
  return (
    before.user === message.user && before.onlyYou === message.onlyYou && Number(message.ts) - Number(before.ts) < TOGETHER_S
  );
}

function dayOf({ ts }: MessageView): string {
  const day = new Date(Number(ts) * 1000);
  if (day.toDateString() === new Date().toDateString()) return 'Today';
  return day.toLocaleDateString([], { weekday: 'long', day: 'numeric', month: 'long' });
}
