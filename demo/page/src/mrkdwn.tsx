import type { ReactNode } from 'react';
import { type Desk, useDesk } from './context.ts';

// What Slack makes of text: https://docs.slack.dev/messaging/formatting-message-text
const PARTS =
  /```([^`]+)```|`([^`\n]+)`|<([^>\n]+)>|(?<![\w*])\*([^*\n]+)\*(?![\w*])|(?<![\w_])_([^_\n]+)_(?![\w_])|(?<![\w~])~([^~\n]+)~(?![\w~])/g;

/** Text of a message, with Slack's marks for code, bold, mentions and links. */
export function Mrkdwn({ text }: { text: string }): ReactNode {
  const desk = useDesk();
  return <>{parts(text, desk)}</>;
}

function parts(text: string, desk: Desk): ReactNode[] {
  const shown: ReactNode[] = [];
  let at = 0;
  for (const match of text.matchAll(PARTS)) {
    shown.push(unescaped(text.slice(at, match.index)));
    shown.push(part(match, desk));
    at = match.index + match[0].length;
  }
  shown.push(unescaped(text.slice(at)));
  return shown;
}

function part(match: RegExpExecArray, desk: Desk): ReactNode {
  const [, pre, code, entity, bold, italic, struck] = match;
  const key = match.index;
  if (pre !== undefined) return <pre key={key}>{unescaped(pre)}</pre>;
  if (code !== undefined) return <code key={key}>{unescaped(code)}</code>;
  if (entity !== undefined) return <Entity key={key} text={entity} />;
  if (bold !== undefined) return <strong key={key}>{parts(bold, desk)}</strong>;
  if (italic !== undefined) return <em key={key}>{parts(italic, desk)}</em>;
  return <s key={key}>{parts(struck ?? '', desk)}</s>;
}

/** `<@U…>`, `<#C…|ops>`, `<!subteam^S…>`, `<!here>`, `<https://…|words>` */
function Entity({ text }: { text: string }): ReactNode {
  const [target = '', label] = text.split('|');
  if (target.startsWith('@')) return <Mention user={target.slice(1)} />;
  if (target.startsWith('#')) return <ChannelLink id={target.slice(1)} />;
  if (target.startsWith('!subteam^')) return <Mention group={target.slice('!subteam^'.length)} />;
  if (target.startsWith('!')) return <span className="mention">@{target.slice(1)}</span>;
  return <Link url={unescaped(target)}>{unescaped(label ?? target.replace(/^mailto:/, ''))}</Link>;
}

export function Mention({ user, group }: { user?: string; group?: string }): ReactNode {
  const { seen } = useDesk();
  const { me = '', groups = {} } = seen.workspace ?? {};
  const found = groups[group ?? ''];
  const isMe = user === me || (found?.users.includes(me) ?? false);
  const name = user === undefined ? (found?.handle ?? group) : (seen.people.get(user)?.realName ?? user);
  return <span className={isMe ? 'mention mention-me' : 'mention'}>@{name}</span>;
}

export function ChannelLink({ id }: { id: string }): ReactNode {
  const { seen, go } = useDesk();
  const channel = seen.channels.get(id);
  if (!channel) return <span className="mention">#{id}</span>;
  return (
    <button type="button" className="link" onClick={() => go({ at: channel.name })}>
      #{channel.name}
    </button>
  );
}

/** Links to messages of this workspace stay on the page; others open beside it. */
export function Link({ url, children }: { url: string; children: ReactNode }): ReactNode {
  const { seen, go } = useDesk();
  const base = seen.workspace?.permalinks ?? '';
  const [, channelId = '', seconds = '', micros = ''] = url.startsWith(base)
    ? (/^([A-Z0-9]+)\/p(\d+)(\d{6})/.exec(url.slice(base.length)) ?? [])
    : [];
  const channel = seen.channels.get(channelId);
  if (channel) {
    const ts = `${seconds}.${micros}`;
    const at = channel.kind === 'im' ? 'stackhand' : channel.name;
    const follow = (): void => {
      go({ at });
      requestAnimationFrame(() => document.getElementById(`message-${ts}`)?.scrollIntoView({ block: 'center' }));
    };
    return (
      <button type="button" className="link" onClick={follow}>
        {children}
      </button>
    );
  }
  if (!/^(https?|mailto):/.test(url)) return <span>{children}</span>;
  return (
    <a href={url} target="_blank" rel="noreferrer">
      {children}
    </a>
  );
}

function unescaped(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}
