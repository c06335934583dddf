/**
 * What the person typed, out of what Slack delivers: https://docs.slack.dev/messaging/formatting-message-text. Quotes and dashes that
 * keyboards make "smart" stay as they are: only whoever splits the words knows which of them are meant as grammar (tokenize.ts).
 */
export function fromSlackText(delivered: string): string {
  const typed = delivered.replace(/<([^<>]*)>|&(amp|lt|gt);/g, (whole: string, markup?: string, entity?: string) =>
    markup === undefined ? (ENTITIES[entity ?? ''] ?? whole) : (typedFor(markup) ?? whole),
  );
  return withoutCodeMarks(typed.replace(INVISIBLE, '').replace(/\s+/gu, ' ').trim());
}

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>' };

/** Zero-width, soft hyphen, and what changes the direction of text. */
const INVISIBLE = /\u00AD|[\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF]/g;

function decodeEntities(text: string): string {
  return text.replace(/&(amp|lt|gt);/g, (whole: string, entity: string) => ENTITIES[entity] ?? whole);
}

function typedFor(markup: string): string | undefined {
  const bar = markup.indexOf('|');
  const target = decodeEntities(bar < 0 ? markup : markup.slice(0, bar));
  const label = bar < 0 ? undefined : decodeEntities(markup.slice(bar + 1));
  if (/^[@#]\w+$/.test(target)) return target.slice(1);
  if (target.startsWith('!')) return typedForSpecial(target.slice(1), label);
  if (target.startsWith('tel:')) return label || target.slice('tel:'.length);
  if (!/^[a-z][a-z\d+.-]*:/i.test(target)) return undefined;
  return label && sameAddress(target, label) ? label : target.replace(/^mailto:/i, '');
}

function typedForSpecial(special: string, label: string | undefined): string {
  const [kind = '', id] = special.split('^');
  if (kind === 'subteam' && id) return id;
  if (kind === 'here' || kind === 'channel' || kind === 'everyone') return `@${kind}`;
  return label || special;
}

/** Slack links a bare host name or address by itself; then the label is what was typed. A label of somebody's own is not an address. */
function sameAddress(target: string, label: string): boolean {
  const bare = (address: string): string =>
    address
      .toLowerCase()
      .replace(/^(https?:\/\/|mailto:)/, '')
      .replace(/\/$/, '');
  return bare(target) === bare(label);
}

/** A line copied out of a manual, with its code marks around it. */
function withoutCodeMarks(text: string): string {
  return text.replace(/^(`{3}|`)([^`]*)\1$/u, (_whole, _marks, inner: string) => inner.trim());
}
