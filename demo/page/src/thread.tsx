import type { ReactNode } from 'react';
import { channelAt } from './channels.ts';
import { Composer } from './composer.tsx';
import { useDesk } from './context.ts';
import { Messages } from './messages.tsx';
import { nameOfChannel, repliesTo } from './seen.ts';

export function Thread({ ts }: { ts: string }): ReactNode {
  const { seen, place, go } = useDesk();
  const channel = channelAt(seen, place.at);
  if (!channel) return null;
  const messages = seen.messages.get(channel.id) ?? [];
  const parent = messages.find((message) => message.ts === ts);
  const name = nameOfChannel(seen, channel);
  return (
    <aside className="thread" aria-label="Thread">
      <header className="conversation-head">
        <h2>Thread</h2>
        <span className="thread-in">{name}</span>
        <button type="button" className="icon-button" aria-label="Close the thread" onClick={() => go({ at: place.at })}>
          ✕
        </button>
      </header>
      <Messages
        key={ts}
        label="Messages in the thread"
        shown={[...(parent ? [parent] : []), ...repliesTo(messages, ts)]}
        empty=""
      />
      <Composer
        key={`composer-${ts}`}
        channel={channel.id}
        thread={ts}
        placeholder={channel.kind === 'im' ? 'Reply' : 'Reply, or mention @stackhand'}
      />
    </aside>
  );
}
