/** Escape sequences, of which console logs are full. */
const COLOURS = new RegExp(`${String.fromCharCode(27)}\\[[0-9;?]*[A-Za-z]`, 'g');

/**
 * Text for Slack with nothing in it that acts: no control characters but line breaks and tabs, nothing that turns the
 * direction of what follows (a name must not make `deny` look like `approve`), no half characters.
 */
export function literal(text: string): string {
  return text
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(COLOURS, '')
    .replaceAll(/[^\P{Cc}\n\t]/gu, '')
    .replaceAll(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g, '')
    .replaceAll(/\p{Surrogate}/gu, '\ufffd');
}

/** The beginning of a text, at most `max` UTF-16 units, without splitting a character. */
export function beginning(text: string, max: number): string {
  if (text.length <= max) return text;
  const end = max > 0 && isHighSurrogate(text.charCodeAt(max - 1)) ? max - 1 : max;
  return text.slice(0, Math.max(0, end));
}

/** The beginning with an ellipsis where something was cut. */
export function shortened(text: string, max: number): string {
  return text.length <= max ? text : `${beginning(text, max - 1)}…`;
}

/** As Slack wants text outside of blocks: https://docs.slack.dev/messaging/formatting-message-text#escaping */
export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}
