import type { ReactNode } from 'react';
import type { ChannelView, PersonView } from '../../protocol.ts';
import { castOf, channelAt, channelsInOrder, directOf } from './channels.ts';
import { useDesk } from './context.ts';
import { Avatar, BotMark } from './people.tsx';
import { readUntil, type Unread, unreadIn } from './unread.ts';

export function Sidebar(): ReactNode {
  const { seen, place } = useDesk();
  const direct = directOf(seen);
  const open = channelAt(seen, place.at);
  return (
    <aside className="sidebar" aria-label="Workspace">
      <header className="brand">
        <BotMark size={26} />
        <h1>
          Stackhand <span>demo</span>
        </h1>
      </header>
      <WhoIAm />
      <nav aria-label="Channels">
        <h2>Channels</h2>
        <ul>
          {channelsInOrder(seen).map((channel) => (
            <Entry key={channel.id} at={channel.name} channel={channel} isOpen={open?.id === channel.id}>
              <span className="hash" aria-hidden="true">
                {channel.kind === 'private' ? '◆' : '#'}
              </span>
              {channel.name}
            </Entry>
          ))}
        </ul>
        {direct && (
          <>
            <h2>App</h2>
            <ul>
              <Entry at="stackhand" channel={direct} isOpen={place.at === 'stackhand'}>
                <BotMark size={18} />
                Stackhand
              </Entry>
              <Entry at="home" isOpen={place.at === 'home'}>
                <span className="hash" aria-hidden="true">
                  ⌂
                </span>
                Home
              </Entry>
            </ul>
          </>
        )}
      </nav>
      <p className="sidebar-foot">Slack and the cloud are pretended, on this machine alone. The bot is the real one.</p>
    </aside>
  );
}

function Entry(props: { at: string; channel?: ChannelView; isOpen: boolean; children: ReactNode }): ReactNode {
  const { at, channel, isOpen, children } = props;
  const { seen, go } = useDesk();
  const { any, pings }: Unread = channel ? unreadIn(seen, channel, isOpen) : { any: false, pings: 0 };
  return (
    <li>
      <button
        type="button"
        className={`entry ${any ? 'unread' : ''}`}
        aria-current={isOpen ? 'page' : undefined}
        onClick={() => go({ at })}
      >
        {children}
        {any && <span className="sr-only">, new messages</span>}
        {pings > 0 && (
          <span className="badge">
            {pings}
            <span className="sr-only"> for you</span>
          </span>
        )}
      </button>
    </li>
  );
}

/** One person plays all of them. */
function WhoIAm(): ReactNode {
  const { seen, place, go } = useDesk();
  return (
    <fieldset className="who">
      <legend>Who I am</legend>
      {castOf(seen).map((person) => (
        <label key={person.id} className={person.name === place.as ? 'person person-me' : 'person'}>
          <input
            type="radio"
            name="who"
            value={person.name}
            checked={person.name === place.as}
            onChange={() =>
              go({ as: person.name, at: place.at, ...(place.thread === undefined ? {} : { thread: place.thread }) })
            }
          />
          <Avatar person={person} size={26} />
          <span className="person-name">
            {person.realName}
            <small>{person.title}</small>
          </span>
          {isWanted(person, place.as) && (
            <span className="dot" title="Something waits for them">
              <span className="sr-only">, something waits for them</span>
            </span>
          )}
        </label>
      ))}
    </fieldset>
  );
}

/** Somebody else was mentioned, and has not looked since. */
function isWanted({ id, name, wanted }: PersonView, as: string): boolean {
  if (name === as || !wanted) return false;
  return wanted.ts > (readUntil(id)[wanted.channel] ?? '');
}
