import type { Workspace } from './model.ts';
import { findChannel, findUser } from './state.ts';

const LINK = /\bhttps?:\/\/[^\s<>]+/g;
const EMAIL = /\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b/g;
const DOMAIN = /(?<![\w@./|:<-])(?:[\w-]+\.)+(?:com|org|net|io|dev|example)\b(?![\w|>-])/g;

/** `&`, `<` and `>` as Slack sends them. */
export function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

export function unescapeText(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

/**
 * What Slack's clients make of typed text in a message: `@bob` and `#ops` become references, addresses become links.
 * So `web-1.example.org` arrives as `<http://web-1.example.org|web-1.example.org>`.
 */
export function typedMessage(workspace: Workspace, text: string): string {
  const links: string[] = [];
  const keep = (link: string): string => `\u0000${links.push(link) - 1}\u0000`;
  const marked = escapeText(text)
    .replaceAll(LINK, (url) => keep(`<${url}>`))
    .replaceAll(EMAIL, (email) => keep(`<mailto:${email}|${email}>`))
    .replaceAll(DOMAIN, (name) => keep(`<http://${name}|${name}>`));
  return references(workspace, marked, false).replaceAll(/\0(\d+)\0/g, (_, index: string) => links[Number(index)] ?? '');
}

/** Slash commands get references only where the manifest has `should_escape`, and links never. */
export function typedCommand(workspace: Workspace, text: string): string {
  return references(workspace, escapeText(text), true);
}

function references(workspace: Workspace, text: string, withNames: boolean): string {
  return text
    .replaceAll(/(?<![\w<])@([\w.-]*\w)/g, (typed, name: string) => {
      const user = findUser(workspace, name);
      if (user) return withNames ? `<@${user.id}|${user.name}>` : `<@${user.id}>`;
      const group = [...workspace.groups.values()].find((g) => g.handle === name);
      return group ? `<!subteam^${group.id}|@${group.handle}>` : typed;
    })
    .replaceAll(/(?<![\w<&])#([\w-]+)/g, (typed, name: string) => {
      const channel = findChannel(workspace, name);
      return channel ? `<#${channel.id}|${channel.kind === 'public' ? channel.name : ''}>` : typed;
    });
}
