import { type ReactNode, useEffect } from 'react';
import type { ChannelView, MessageView } from '../../protocol.ts';
import { Blocks } from './blocks.tsx';
import { channelAt } from './channels.ts';
import { Composer } from './composer.tsx';
import { useDesk } from './context.ts';
import { Messages } from './messages.tsx';
import { Avatar } from './people.tsx';
import { mainView, nameOfChannel } from './seen.ts';
import { Tour } from './tour.tsx';
import { useReading } from './unread.ts';

const NONE: readonly MessageView[] = [];

export function Conversation(): ReactNode {
  const { seen, place, go } = useDesk();
  const channel = channelAt(seen, place.at);
  const isHome = place.at === 'home';
  const messages = seen.messages.get(channel?.id ?? '') ?? NONE;
  const read = useReading(seen.workspace?.me, isHome ? undefined : channel, messages);

  // Whoever one has become may not be in the channel that was open.
  const missing = channel === undefined;
  useEffect(() => {
    if (missing) go({ at: 'ops' });
  }, [missing, go]);
  if (!channel) return <main className="conversation" />;

  const name = nameOfChannel(seen, channel);
  return (
    <main className="conversation">
      <Head channel={channel} name={name} isHome={isHome} />
      <Tour />
      {isHome ? (
        <Home />
      ) : (
        <>
          <Messages
            key={channel.id}
            label={`Messages in ${name}`}
            shown={mainView(messages)}
            all={messages}
            readUntil={read}
            openThread={(thread) => go({ at: place.at, thread })}
            empty={<Empty channel={channel} name={name} />}
          />
          <Composer key={`composer-${channel.id}`} channel={channel.id} placeholder={`Message ${name}`} />
        </>
      )}
    </main>
  );
}

function Head({ channel, name, isHome }: { channel: ChannelView; name: string; isHome: boolean }): ReactNode {
  const { seen, go } = useDesk();
  const people = channel.members.flatMap((id) => seen.people.get(id) ?? []);
  return (
    <header className="conversation-head">
      <h2>{name}</h2>
      {channel.kind === 'im' ? (
        <nav className="tabs" aria-label={name}>
          <button type="button" aria-current={isHome ? 'page' : undefined} onClick={() => go({ at: 'home' })}>
            Home
          </button>
          <button type="button" aria-current={isHome ? undefined : 'page'} onClick={() => go({ at: 'stackhand' })}>
            Messages
          </button>
        </nav>
      ) : (
        <div className="members" title={people.map(({ realName }) => realName).join(', ')}>
          {people.slice(0, 5).map((person) => (
            <Avatar key={person.id} person={person} size={22} />
          ))}
          <span>{people.length}</span>
          <span className="sr-only"> members</span>
        </div>
      )}
    </header>
  );
}

const ABOUT: Record<string, string> = {
  ops: 'Where the cloud is run. Cards of changes appear here and wait for their approvers.',
  alerts: 'What the monitoring says. One card for each group of alerts, kept up to date.',
  audit: 'How Stackhand itself is, and the head of its audit, every day.',
  random: 'Stackhand is not in here.',
};

function Empty({ channel, name }: { channel: ChannelView; name: string }): ReactNode {
  const { seen } = useDesk();
  const slash = seen.workspace?.slash ?? '';
  if (channel.kind === 'im') {
    return (
      <>
        <h3>Write to Stackhand</h3>
        <p>
          Here a line needs no slash: <code>host list</code>, <code>quota show physics</code>, <code>help</code>. What waits for
          you comes here as well.
        </p>
      </>
    );
  }
  return (
    <>
      <h3>{name}</h3>
      <p>{ABOUT[channel.name]}</p>
      {channel.name === 'ops' && (
        <p>
          Try <code>{slash} host list</code>, or type <kbd>/</kbd> to see what there is.
        </p>
      )}
    </>
  );
}

function Home(): ReactNode {
  const { seen, act, place } = useDesk();
  const { home } = seen;
  // Looked at anew whenever one comes here, or becomes somebody else.
  useEffect(() => {
    if (place.as !== '') void act({ kind: 'open home' });
  }, [act, place.as]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls
    <section className="home" aria-label="Home of Stackhand" tabIndex={0}>
      <div className="home-inner">
        {home ? (
          <Blocks blocks={home.blocks} on={{ view: home.id }} />
        ) : (
          <p className="empty">Stackhand has not shown anything here yet.</p>
        )}
      </div>
    </section>
  );
}
