import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react';

export interface Choice {
  value: string;
  label: string;
}

interface SelectProps {
  label: string;
  /** Those that are known beforehand; others are searched for. */
  options: readonly Choice[];
  /** Asks the app, as one types. */
  search?(typed: string): Promise<string[]>;
  /** Values. */
  chosen: readonly string[];
  several?: boolean;
  choose(values: string[]): void;
  invalid?: boolean;
  describedBy?: string;
}

const TYPING_MS = 120;

/** A select that one can type in: https://www.w3.org/WAI/ARIA/apg/patterns/combobox/ */
export function Select({
  label,
  options,
  search,
  chosen,
  several = false,
  choose,
  invalid,
  describedBy,
}: SelectProps): ReactNode {
  const [typed, setTyped] = useState('');
  const [isOpen, setOpen] = useState(false);
  const [active, setActive] = useState(0);
  const found = useFound(typed, isOpen, options, search);
  const id = useId();
  const labelOf = (value: string): string => options.find((one) => one.value === value)?.label ?? value;
  const single = several ? '' : chosen.map(labelOf).join('');

  function pick(choice: Choice | undefined): void {
    if (!choice) return;
    choose(several ? [...new Set([...chosen, choice.value])] : [choice.value]);
    setTyped('');
    if (!several) setOpen(false);
  }
  function onKeyDown(event: KeyboardEvent): void {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      setOpen(true);
      const step = event.key === 'ArrowDown' ? 1 : -1;
      setActive((now) => (found.length === 0 ? 0 : (now + step + found.length) % found.length));
    } else if (event.key === 'Enter' && isOpen) {
      event.preventDefault();
      pick(found[active]);
    } else if (event.key === 'Escape' && isOpen) {
      // Of the list alone, not of the dialog around it.
      event.preventDefault();
      event.stopPropagation();
      setOpen(false);
    } else if (event.key === 'Backspace' && typed === '') {
      choose(chosen.slice(0, -1));
    }
  }

  return (
    <div className="select" aria-invalid={invalid}>
      {several &&
        chosen.map((value) => (
          <span key={value} className="chip">
            {labelOf(value)}
            <button
              type="button"
              aria-label={`Remove ${labelOf(value)}`}
              onClick={() => choose(chosen.filter((one) => one !== value))}
            >
              ✕
            </button>
          </span>
        ))}
      <input
        role="combobox"
        aria-label={label}
        aria-expanded={isOpen}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={isOpen && found[active] ? `${id}-${active}` : undefined}
        aria-describedby={describedBy}
        autoComplete="off"
        placeholder={single || (several && chosen.length > 0 ? '' : 'Type to search')}
        value={isOpen || typed !== '' ? typed : single}
        onChange={(event) => {
          setTyped(event.target.value);
          setActive(0);
          setOpen(true);
        }}
        onFocus={() => setOpen(true)}
        onClick={() => setOpen(true)}
        onBlur={() => {
          setOpen(false);
          setTyped('');
        }}
        onKeyDown={onKeyDown}
      />
      <div id={`${id}-list`} role="listbox" aria-label={label} className="options" hidden={!isOpen}>
        {found.length === 0 && <p className="options-none">Nothing by that name.</p>}
        {found.map((choice, n) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field above has the keys
          // biome-ignore lint/a11y/useFocusableInteractive: the focus stays in the field above
          <div
            key={choice.value}
            id={`${id}-${n}`}
            role="option"
            aria-selected={chosen.includes(choice.value)}
            className={n === active ? 'option option-active' : 'option'}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => pick(choice)}
            onMouseEnter={() => setActive(n)}
          >
            {choice.label}
          </div>
        ))}
      </div>
    </div>
  );
}

function useFound(
  typed: string,
  isOpen: boolean,
  options: readonly Choice[],
  search: ((typed: string) => Promise<string[]>) | undefined,
): readonly Choice[] {
  const [answered, setAnswered] = useState<readonly Choice[]>([]);
  const ask = useRef(search);
  ask.current = search;
  const asks = search !== undefined;
  useEffect(() => {
    if (!asks || !isOpen) return undefined;
    let isLate = false;
    const timer = setTimeout(async () => {
      const labels = (await ask.current?.(typed)) ?? [];
      if (!isLate) setAnswered(labels.map((label) => ({ value: label, label })));
    }, TYPING_MS);
    return () => {
      isLate = true;
      clearTimeout(timer);
    };
  }, [asks, typed, isOpen]);
  if (asks) return answered;
  return options.filter(({ label }) => label.toLowerCase().includes(typed.toLowerCase()));
}

interface WithOptions {
  options?: { text: { text: string }; value?: string }[];
  option_groups?: { options: { text: { text: string }; value?: string }[] }[];
}

/** The options of a static select, in groups or not. */
export function choicesOf(element: object): Choice[] {
  const { options = [], option_groups = [] } = element as WithOptions; // whatever the element is, it has these or none
  const all = [...options, ...option_groups.flatMap((group) => group.options)];
  return all.map(({ text, value }) => ({ value: value ?? text.text, label: text.text }));
}
