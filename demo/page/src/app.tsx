import { type ReactNode, useCallback, useMemo, useState } from 'react';
import type { Act } from '../../protocol.ts';
import { CloudPanel } from './cloud-panel.tsx';
import { type Desk, DeskContext } from './context.ts';
import { Conversation } from './conversation.tsx';
import { useLive } from './live.ts';
import { Modal } from './modal.tsx';
import { usePlace } from './place.ts';
import { Sidebar } from './sidebar.tsx';
import { Thread } from './thread.tsx';

/** Which part a narrow screen shows. */
export type Pane = 'channels' | 'conversation' | 'cloud';

const PANES: [Pane, string][] = [
  ['channels', 'Channels'],
  ['conversation', 'Conversation'],
  ['cloud', 'Cloud'],
];
const TOLD_MS = 6_000;

export function App(): ReactNode {
  const [place, go] = usePlace();
  const { seen, isConnected, act: send } = useLive(place.as);
  const [pane, setPane] = useState<Pane>('conversation');
  const [told, setTold] = useState<{ id: number; error: string }[]>([]);

  const act = useCallback(
    async (what: Act) => {
      const answer = await send(what);
      const { error } = answer;
      if (error !== undefined) {
        const id = Math.random();
        setTold((all) => [...all, { id, error }]);
        setTimeout(() => setTold((all) => all.filter((one) => one.id !== id)), TOLD_MS);
      }
      return answer;
    },
    [send],
  );
  const goAndShow = useCallback<Desk['go']>(
    (change) => {
      go(change);
      if (change.at !== undefined || change.thread !== undefined) setPane('conversation');
    },
    [go],
  );
  const desk = useMemo<Desk>(() => ({ seen, act, go: goAndShow, place }), [seen, act, goAndShow, place]);

  if (!seen.workspace) {
    return (
      <main className="waiting">
        <p role="status">Connecting to the demo …</p>
      </main>
    );
  }
  return (
    <DeskContext value={desk}>
      <div className={`app pane-${pane} ${place.thread === undefined ? '' : 'has-thread'}`}>
        <Sidebar />
        <Conversation />
        {place.thread !== undefined && <Thread ts={place.thread} />}
        <CloudPanel />
        <nav className="panes" aria-label="Parts of the page">
          {PANES.map(([name, label]) => (
            <button key={name} type="button" aria-current={pane === name ? 'page' : undefined} onClick={() => setPane(name)}>
              {label}
            </button>
          ))}
        </nav>
      </div>
      {seen.modal && <Modal key={seen.modal.id} modal={seen.modal} />}
      <div className="toasts" role="status">
        {!isConnected && <p className="toast">The demo is gone. Waiting for it to come back …</p>}
        {told.map(({ id, error }) => (
          <p key={id} className="toast">
            {error}
          </p>
        ))}
      </div>
    </DeskContext>
  );
}
