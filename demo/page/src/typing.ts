import { type RefObject, useEffect, useRef } from 'react';

/** So that one can read along, and need not wait. */
const LETTER_MS = 16;
const BEFORE_SENDING_MS = 350;

interface Wanted {
  channel: string;
  line: string;
}

const waiting = new Set<(wanted: Wanted) => boolean>();
let undelivered: Wanted | undefined;

/** Types a line into the composer of a channel, which may yet have to open, and sends it. */
export function typeItself(channel: string, line: string): void {
  const wanted = { channel, line };
  undelivered = [...waiting].some((take) => take(wanted)) ? undefined : wanted;
}

/** Lets the composer of a channel be typed into. */
export function useTyped(
  channel: string | undefined,
  setText: (text: string) => void,
  send: (text: string) => Promise<void>,
  box: RefObject<HTMLTextAreaElement | null>,
): void {
  const latest = useRef({ setText, send });
  latest.current = { setText, send };
  useEffect(() => {
    if (channel === undefined) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const isStill = matchMedia('(prefers-reduced-motion: reduce)').matches;
    function type(line: string, letters: number): void {
      latest.current.setText(line.slice(0, letters));
      if (letters < line.length) timer = setTimeout(() => type(line, letters + 1), LETTER_MS);
      else timer = setTimeout(() => void latest.current.send(line), BEFORE_SENDING_MS);
    }
    const take = (wanted: Wanted): boolean => {
      if (wanted.channel !== channel) return false;
      clearTimeout(timer);
      box.current?.focus();
      type(wanted.line, isStill ? wanted.line.length : 1);
      return true;
    };
    waiting.add(take);
    if (undelivered && take(undelivered)) undelivered = undefined;
    return () => {
      waiting.delete(take);
      clearTimeout(timer);
    };
  }, [channel, box]);
}
