import { memo, type ReactNode } from 'react';
import type { MessageView, PersonView } from '../../protocol.ts';
import { Blocks } from './blocks.tsx';
import { Mrkdwn } from './mrkdwn.tsx';
import { Avatar } from './people.tsx';

interface MessageProps {
  message: MessageView;
  author: PersonView | undefined;
  /** Name of whose eyes these are, for files. */
  as: string;
  /** The one before is by the same, just before. */
  follows: boolean;
  replies?: number;
  openThread?(ts: string): void;
}

export const Message = memo(function Message({ message, author, as, follows, replies = 0, openThread }: MessageProps): ReactNode {
  const { ts, text, blocks, edited, onlyYou, pingsMe, files, channel } = message;
  const time = timeOf(ts);
  const name = author?.realName ?? message.user;
  const kinds = ['message', follows ? 'follows' : '', onlyYou ? 'only-you' : '', pingsMe ? 'pings-me' : ''];
  return (
    <article id={`message-${ts}`} className={kinds.filter(Boolean).join(' ')} aria-label={`${name}, ${time}`}>
      <div className="message-side">{follows ? <time className="message-time">{time}</time> : <Avatar person={author} />}</div>
      <div className="message-main">
        {!follows && (
          <header className="message-head">
            <span className="author">{name}</span>
            {author?.isBot && <span className="tag">App</span>}
            {author?.isStranger && <span className="tag tag-stranger">Other workspace</span>}
            <time dateTime={new Date(Number(ts) * 1000).toISOString()}>{time}</time>
          </header>
        )}
        {onlyYou && <p className="only-you-note">Only visible to you</p>}
        <div className={blocks.length > 0 ? 'message-body card' : 'message-body'}>
          {blocks.length > 0 ? (
            <Blocks blocks={blocks} on={{ channel, ts }} />
          ) : (
            text !== '' && (
              <p>
                <Mrkdwn text={text} />
                {edited && <span className="edited"> (edited)</span>}
              </p>
            )
          )}
        </div>
        {files.map((file) => (
          <a key={file.id} className="file" href={`/file/${file.id}?as=${as}`} download={file.name}>
            <span className="file-kind" aria-hidden="true">
              {file.name.split('.').at(-1)}
            </span>
            <span>
              <strong>{file.name}</strong>
              <small>
                {file.title} · {sizeOf(file.bytes)}
              </small>
            </span>
          </a>
        ))}
        {openThread && replies > 0 && (
          <button type="button" className="replies" onClick={() => openThread(ts)}>
            {replies} {replies === 1 ? 'reply' : 'replies'}
          </button>
        )}
        {openThread && replies === 0 && !onlyYou && (
          <button
            type="button"
            className="reply-button"
            aria-label={`Reply to ${name} in a thread`}
            onClick={() => openThread(ts)}
          >
            Reply
          </button>
        )}
      </div>
    </article>
  );
});

function timeOf(ts: string): string {
  return new Date(Number(ts) * 1000).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
}

function sizeOf(bytes: number): string {
  return bytes < 1024 ? `${bytes} B` : `${(bytes / 1024).toFixed(1)} KiB`;
}
