import type { RichTextElement } from '@slack/types';
import type { Link } from '../reply.ts';
import { type Room, within } from './room.ts';

/** Slack's own are about a hundred characters long. */
const LONGEST_URL = 500;
const LABEL = 100;
/** https://docs.slack.dev/reference/block-kit/blocks/rich-text-block */
const URL_AT_MOST = 3_000;

/** Whether it leads to a message in the workspace itself: `https://acme.slack.com/archives/C024BE91L/p1355517523000008`. */
export function isOurs(url: string, workspace: string | undefined): boolean {
  if (workspace === undefined || url.length > LONGEST_URL || !URL.canParse(url) || !URL.canParse(workspace)) return false;
  const { protocol, host, username, password, pathname } = new URL(url);
  const isPlain = protocol === 'https:' && username === '' && password === '';
  return isPlain && host === new URL(workspace).host && pathname.startsWith('/archives/');
}

/** Links in one line. Whoever adds one has seen to it that it leads into the workspace, or where stackhand.yaml lets it. */
export function linkElements(links: readonly Link[], room: Room): RichTextElement[] {
  const elements: RichTextElement[] = [];
  for (const { label, url } of links) {
    if (!/^https?:\/\//.test(url) || !URL.canParse(url) || url.length > URL_AT_MOST) continue;
    // Slack may count an address as text.
    if (url.length + LABEL > room.left) room.cut = true;
    if (room.cut) break;
    const shown = within(label, LABEL, room);
    room.left -= url.length;
    if (elements.length > 0) elements.push({ type: 'text', text: ' · ' });
    elements.push({ type: 'link', url, text: shown === '' ? url : shown });
  }
  return elements;
}
