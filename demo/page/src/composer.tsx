import { type KeyboardEvent, type ReactNode, useId, useLayoutEffect, useRef, useState } from 'react';
import { useDesk } from './context.ts';
import { useTyped } from './typing.ts';

const SHOWN = 8;

interface ComposerProps {
  channel: string;
  thread?: string;
  placeholder: string;
}

/** Where one writes. What begins with the slash command gets help with what can follow. */
export function Composer({ channel, thread, placeholder }: ComposerProps): ReactNode {
  const { act } = useDesk();
  const [text, setText] = useState('');
  const [active, setActive] = useState(0);
  const [isClosed, setClosed] = useState(false);
  const [last, setLast] = useState('');
  const box = useRef<HTMLTextAreaElement>(null);
  const id = useId();
  const help = useHelp(text, thread !== undefined);
  const isOpen = help.length > 0 && !isClosed;

  async function send(words: string): Promise<void> {
    if (words.trim() === '') return;
    setText('');
    setLast(words);
    const { error } = await act({ kind: 'type', channel, text: words, ...(thread === undefined ? {} : { thread }) });
    // What did not go out is still there to be mended.
    if (error !== undefined) setText((now) => (now === '' ? words : now));
  }
  useTyped(thread === undefined ? channel : undefined, setText, send, box);
  useLayoutEffect(() => {
    const area = box.current;
    if (!area || area.value !== text) return;
    area.style.height = 'auto';
    area.style.height = `${area.scrollHeight}px`;
  }, [text]);

  function complete(line: string | undefined): void {
    if (line === undefined) return;
    setText(line);
    setActive(0);
  }
  function onKeyDown(event: KeyboardEvent): void {
    if (isOpen && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
      event.preventDefault();
      setActive((now) => (now + (event.key === 'ArrowDown' ? 1 : -1) + help.length) % help.length);
    } else if (isOpen && event.key === 'Tab' && !event.shiftKey) {
      event.preventDefault();
      complete(help[active]?.line);
    } else if (isOpen && event.key === 'Escape') {
      setClosed(true);
    } else if (event.key === 'ArrowUp' && text === '' && last !== '') {
      event.preventDefault();
      setText(last);
    } else if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) {
      event.preventDefault();
      void send(text);
    }
  }

  return (
    <div className="composer">
      {isOpen && (
        <div className="slash-help" id={`${id}-help`} role="listbox" aria-label="What you can type">
          {help.map(({ line, summary }, n) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the field below has the keys
            // biome-ignore lint/a11y/useFocusableInteractive: the focus stays in the field below
            <div
              key={line}
              id={`${id}-${n}`}
              role="option"
              aria-selected={n === active}
              className={n === active ? 'option option-active' : 'option'}
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => complete(line)}
            >
              <b>{line}</b>
              <span>{summary}</span>
            </div>
          ))}
          <p className="slash-keys" aria-hidden="true">
            <kbd>↑</kbd>
            <kbd>↓</kbd> choose <kbd>Tab</kbd> take it <kbd>Enter</kbd> send
          </p>
        </div>
      )}
      <div className="composer-box">
        <textarea
          ref={box}
          rows={1}
          role="combobox"
          aria-label={placeholder}
          aria-expanded={isOpen}
          aria-controls={`${id}-help`}
          aria-autocomplete="list"
          aria-activedescendant={isOpen ? `${id}-${active}` : undefined}
          placeholder={placeholder}
          value={text}
          spellCheck={false}
          onChange={(event) => {
            setText(event.target.value);
            setActive(0);
            setClosed(false);
          }}
          onKeyDown={onKeyDown}
        />
        <button type="button" className="send" aria-label="Send" disabled={text.trim() === ''} onClick={() => void send(text)}>
          <svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">
            <path
              d="M3 10h11M10 5l5 5-5 5"
              fill="none"
              stroke="currentColor"
              strokeWidth="2"
              strokeLinecap="round"
              strokeLinejoin="round"
            />
          </svg>
        </button>
      </div>
    </div>
  );
}

/** Commands that go on as the line does, until it has its own words. */
function useHelp(text: string, isThread: boolean): { line: string; summary: string }[] {
  const { seen } = useDesk();
  const { slash = '', commands = [] } = seen.workspace ?? {};
  if (isThread || !text.startsWith('/') || text.includes('\n')) return [];
  if (slash.startsWith(text.trimEnd()) && !text.startsWith(`${slash} `)) {
    return [{ line: `${slash} `, summary: 'Runs the cloud. Try help, host list, or quota set' }];
  }
  const words = text.slice(slash.length + 1).toLowerCase();
  if (!text.startsWith(`${slash} `)) return [];
  const begun = commands.filter(({ name }) => `${name} `.startsWith(words) && `${name} ` !== words);
  return begun.slice(0, SHOWN).map(({ name, summary }) => ({ line: `${slash} ${name} `, summary }));
}
