import type { RichTextBlock, RichTextElement } from '@slack/types';
import type { ReactNode } from 'react';
import { ChannelLink, Link, Mention } from './mrkdwn.tsx';

/** https://docs.slack.dev/reference/block-kit/blocks/rich-text-block */
export function RichText({ block }: { block: RichTextBlock }): ReactNode {
  return block.elements.map((element, i) => {
    const key = `${element.type}-${i}`;
    switch (element.type) {
      case 'rich_text_preformatted':
        return (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls
          <pre key={key} tabIndex={0}>
            <Parts elements={element.elements} />
          </pre>
        );
      case 'rich_text_quote':
        return (
          <blockquote key={key}>
            <Parts elements={element.elements} />
          </blockquote>
        );
      case 'rich_text_list': {
        const items = element.elements.map((item, n) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: items have nothing else, and keep their order
          <li key={n}>
            <Parts elements={item.elements} />
          </li>
        ));
        return element.style === 'ordered' ? <ol key={key}>{items}</ol> : <ul key={key}>{items}</ul>;
      }
      default:
        return (
          <p key={key}>
            <Parts elements={element.elements} />
          </p>
        );
    }
  });
}

function Parts({ elements }: { elements: readonly RichTextElement[] }): ReactNode {
  // biome-ignore lint/suspicious/noArrayIndexKey: parts have nothing else, and are drawn anew with their message
  return elements.map((element, i) => <Part key={i} element={element} />);
}

function Part({ element }: { element: RichTextElement }): ReactNode {
  switch (element.type) {
    case 'text':
      return styled(element.text, element.style);
    case 'link':
      return <Link url={element.url}>{styled(element.text ?? element.url, element.style)}</Link>;
    case 'user':
      return <Mention user={element.user_id} />;
    case 'usergroup':
      return <Mention group={element.usergroup_id} />;
    case 'channel':
      return <ChannelLink id={element.channel_id} />;
    case 'broadcast':
      return <span className="mention">@{element.range}</span>;
    case 'date':
      return <time>{new Date(element.timestamp * 1000).toLocaleString()}</time>;
    case 'emoji':
      return <span>{element.unicode ? fromUnicode(element.unicode) : `:${element.name}:`}</span>;
    default:
      return null;
  }
}

interface Style {
  bold?: boolean;
  italic?: boolean;
  strike?: boolean;
  code?: boolean;
}

function styled(text: string, style: Style = {}): ReactNode {
  let shown: ReactNode = text;
  if (style.code) shown = <code>{shown}</code>;
  if (style.bold) shown = <strong>{shown}</strong>;
  if (style.italic) shown = <em>{shown}</em>;
  if (style.strike) shown = <s>{shown}</s>;
  return shown;
}

/** `1f600-200d` */
function fromUnicode(codes: string): string {
  return String.fromCodePoint(...codes.split('-').map((one) => Number.parseInt(one, 16)));
}
