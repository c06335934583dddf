import type { InputBlock } from '@slack/types';
import { type FormEvent, type ReactNode, useId, useState } from 'react';
import type { Block, Entry, ModalView } from '../../protocol.ts';
import { Blocks } from './blocks.tsx';
import { useDesk } from './context.ts';
import { Dialog } from './dialog.tsx';
import { choicesOf, Select } from './select.tsx';

/** A form of the app's. What is wrong with it stands below its fields. */
export function Modal({ modal }: { modal: ModalView }): ReactNode {
  const { act } = useDesk();
  const [entries, setEntries] = useState<Record<string, Entry>>({});
  const [waits, setWaits] = useState(false);
  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    setWaits(true);
    await act({ kind: 'submit', view: modal.id, entries });
    setWaits(false);
  }
  return (
    <Dialog title={modal.title} onClose={() => void act({ kind: 'dismiss', view: modal.id })}>
      <form onSubmit={(event) => void submit(event)} noValidate>
        <div className="dialog-body">
          {modal.blocks.map((block) =>
            block.type === 'input' ? (
              <Field
                key={block.block_id}
                block={block}
                modal={modal}
                error={modal.errors[block.block_id]}
                entry={entries[block.block_id]}
                enter={(entry) => setEntries((all) => ({ ...all, [block.block_id]: entry }))}
              />
            ) : (
              <Blocks key={block.block_id} blocks={[block]} on={{ view: modal.id }} />
            ),
          )}
        </div>
        <footer className="dialog-foot">
          <button type="button" className="button" onClick={() => void act({ kind: 'dismiss', view: modal.id })}>
            {modal.close}
          </button>
          {modal.submit !== '' && (
            <button type="submit" className="button primary" disabled={waits} aria-busy={waits}>
              {modal.submit}
            </button>
          )}
        </footer>
      </form>
    </Dialog>
  );
}

interface FieldProps {
  block: Block;
  modal: ModalView;
  error: string | undefined;
  /** What was entered; undefined while nobody has. */
  entry: Entry | undefined;
  enter(entry: Entry): void;
}

function Field({ block, modal, error, entry, enter }: FieldProps): ReactNode {
  const id = useId();
  const { label, hint, optional, element } = block as unknown as InputBlock; // checked by the workspace
  const notes = [error === undefined ? '' : `${id}-error`, hint ? `${id}-hint` : ''].filter(Boolean).join(' ');
  return (
    <div className="field">
      <label htmlFor={id}>
        {label.text}
        {optional && <span className="optional"> (optional)</span>}
      </label>
      <Input
        id={id}
        element={element}
        label={label.text}
        notes={notes}
        wrong={error !== undefined}
        {...{ block, modal, entry, enter }}
      />
      {error !== undefined && (
        <p id={`${id}-error`} className="field-error" role="alert">
          {error}
        </p>
      )}
      {hint && (
        <p id={`${id}-hint`} className="field-hint">
          {hint.text}
        </p>
      )}
    </div>
  );
}

interface InputProps extends Omit<FieldProps, 'error'> {
  id: string;
  element: InputBlock['element'];
  label: string;
  notes: string;
  wrong: boolean;
}

function Input({ id, element, label, notes, wrong, block, modal, entry, enter }: InputProps): ReactNode {
  const { act } = useDesk();
  const about = { 'aria-invalid': wrong, ...(notes === '' ? {} : { 'aria-describedby': notes }) };
  switch (element.type) {
    case 'plain_text_input':
    case 'email_text_input':
    case 'url_text_input':
    case 'number_input': {
      const value = typeof entry === 'string' ? entry : entry === undefined ? (element.initial_value ?? '') : '';
      const common = { id, value, placeholder: element.placeholder?.text, ...about };
      const onChange = (text: string): void => enter(text === '' ? null : text);
      return element.type === 'plain_text_input' && element.multiline ? (
        <textarea rows={4} {...common} onChange={(event) => onChange(event.target.value)} />
      ) : (
        <input type="text" autoComplete="off" {...common} onChange={(event) => onChange(event.target.value)} />
      );
    }
    case 'checkboxes':
      return (
        <div className="checks" id={id}>
          {choicesOf(element).map(({ value, label: words }) => {
            const first = (element.initial_options ?? []).map((one) => one.value ?? '');
            const held = entry === undefined ? first : [entry ?? []].flat();
            const rest = held.filter((one) => one !== value);
            return (
              <label key={value} className="check">
                <input
                  type="checkbox"
                  checked={held.includes(value)}
                  onChange={(event) => enter(event.target.checked ? [...rest, value] : rest)}
                />
                {words}
              </label>
            );
          })}
        </div>
      );
    case 'static_select':
    case 'external_select':
    case 'multi_static_select':
    case 'multi_external_select': {
      const several = element.type.startsWith('multi_');
      const held = entry === undefined ? initialOf(element) : [entry ?? []].flat();
      const asks = element.type.endsWith('external_select');
      const suggest = {
        kind: 'suggest' as const,
        on: { view: modal.id },
        block: block.block_id,
        action: element.action_id ?? '',
      };
      return (
        <Select
          label={label}
          options={choicesOf(element)}
          {...(asks ? { search: async (typed) => (await act({ ...suggest, typed })).options ?? [] } : {})}
          chosen={held}
          several={several}
          choose={(values) => enter(several ? values : (values[0] ?? null))}
          invalid={wrong}
          describedBy={notes}
        />
      );
    }
    default:
      return <p className="field-hint">This page does not know a {element.type}.</p>;
  }
}

function initialOf(element: object): string[] {
  const { initial_option, initial_options } = element as {
    initial_option?: { value?: string };
    initial_options?: { value?: string }[];
  }; // whichever select it is
  return [...(initial_option ? [initial_option] : []), ...(initial_options ?? [])].map(({ value }) => value ?? '');
}
