import type { Button, ConfirmationDialog, KnownBlock } from '@slack/types';
import { type ReactNode, useState } from 'react';
import type { Entry, On } from '../../protocol.ts';
import { useDesk } from './context.ts';
import { Dialog } from './dialog.tsx';
import { choicesOf, Select } from './select.tsx';

type ActionElement = Extract<KnownBlock, { type: 'actions' }>['elements'][number];
/** What can be used in a message. Ours are buttons; selects are there for whoever adds one. */
export type Element = ActionElement;

export function Control({ element, block, on }: { element: Element; block: string; on: On }): ReactNode {
  const { act } = useDesk();
  const action = element.action_id ?? '';
  const use = (choose?: Entry): Promise<unknown> =>
    act({ kind: 'click', on, block, action, ...(choose === undefined ? {} : { choose }) });
  switch (element.type) {
    case 'button':
      return <SlackButton element={element} use={() => use()} />;
    case 'overflow':
    case 'static_select':
    case 'external_select':
      return (
        <Select
          label={element.type === 'overflow' ? 'More' : (element.placeholder?.text ?? 'Choose')}
          options={choicesOf(element)}
          {...(element.type === 'external_select'
            ? { search: async (typed) => (await act({ kind: 'suggest', on, block, action, typed })).options ?? [] }
            : {})}
          chosen={[]}
          choose={([one]) => void use(one ?? null)}
        />
      );
    default:
      return null;
  }
}

/** Waits while the app answers, and asks first where the app wants that. */
function SlackButton({ element, use }: { element: Button; use(): Promise<unknown> }): ReactNode {
  const [asking, setAsking] = useState(false);
  const [waits, setWaits] = useState(false);
  async function press(): Promise<void> {
    setAsking(false);
    setWaits(true);
    await use();
    setWaits(false);
  }
  const { style, confirm, accessibility_label: label, text } = element;
  return (
    <>
      <button
        type="button"
        className={`button ${style ?? ''}`}
        aria-label={label}
        aria-busy={waits}
        disabled={waits}
        onClick={() => (confirm ? setAsking(true) : void press())}
      >
        {text.text}
      </button>
      {asking && confirm && <Confirm confirm={confirm} style={style} yes={() => void press()} no={() => setAsking(false)} />}
    </>
  );
}

interface ConfirmProps {
  confirm: ConfirmationDialog;
  style: Button['style'];
  yes(): void;
  no(): void;
}

function Confirm({ confirm, style, yes, no }: ConfirmProps): ReactNode {
  return (
    <Dialog title={confirm.title?.text ?? 'Are you sure?'} className="dialog-small" onClose={no}>
      <div className="dialog-body">
        <p>{confirm.text.text}</p>
      </div>
      <footer className="dialog-foot">
        <button type="button" className="button" onClick={no}>
          {confirm.deny?.text ?? 'Cancel'}
        </button>
        <button type="button" className={`button ${confirm.style ?? style ?? 'primary'}`} onClick={yes}>
          {confirm.confirm?.text ?? 'Yes'}
        </button>
      </footer>
    </Dialog>
  );
}
