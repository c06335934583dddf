import { type ReactNode, useEffect, useState } from 'react';
import type { MessageView } from '../../protocol.ts';
import { channelAt } from './channels.ts';
import { useDesk } from './context.ts';
import type { Seen } from './seen.ts';
import { TOUR, type TourAct, type TourStep, type Until } from './tour-steps.ts';
import { typeItself } from './typing.ts';

/** How far one is: kept by the browser, so that a reload goes on. */
interface Progress {
  state: 'offered' | 'under way' | 'declined' | 'ended';
  round: number;
  step: number;
  act: number;
  /** When the step began, as messages are timed: what was there before counts for nothing. */
  since: string;
}

const KEY = 'stackhand-demo-tour';
const OFFERED: Progress = { state: 'offered', round: 0, step: 0, act: 0, since: '' };

function readProgress(): Progress {
  try {
    return { ...OFFERED, ...(JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Progress>) }; // what this file wrote
  } catch {
    return OFFERED;
  }
}

export function Tour(): ReactNode {
  const { seen } = useDesk();
  const [progress, setProgress] = useState(readProgress);
  const steps = stepsFor(seen);
  const step = steps[progress.step];
  const act = step?.acts[progress.act];
  const isMet = progress.state === 'under way' && act !== undefined && isSeen(seen, act.until, progress.since);

  function move(change: Partial<Progress>): void {
    const next = { ...progress, ...change };
    localStorage.setItem(KEY, JSON.stringify(next));
    setProgress(next);
  }
  const begin = (number: number): void => move({ state: 'under way', step: number, act: 0, since: now() });
  const isLastAct = act !== undefined && progress.act + 1 === step?.acts.length;
  useEffect(() => {
    if (isMet && !isLastAct) move({ act: progress.act + 1 });
  });

  if (progress.state === 'declined') return null;
  if (progress.state === 'offered' || progress.state === 'ended') {
    const isEnd = progress.state === 'ended';
    return (
      <section className="tour" aria-label="Guided tour">
        <p>
          <strong>{isEnd ? 'That was the tour.' : 'New here?'}</strong>{' '}
          {isEnd
            ? 'Everything is still there: ask, approve, break things.'
            : `A tour of ${steps.length} steps shows what Stackhand does.`}
        </p>
        <div className="tour-buttons">
          <button
            type="button"
            className={isEnd ? 'button' : 'button primary'}
            onClick={() => move({ state: 'under way', round: progress.round + (isEnd ? 1 : 0), step: 0, act: 0, since: now() })}
          >
            {isEnd ? 'Once more' : 'Start the tour'}
          </button>
          <button type="button" className="button quiet" onClick={() => move({ state: 'declined' })}>
            {isEnd ? 'Close' : 'Not now'}
          </button>
        </div>
      </section>
    );
  }
  if (!step || !act) return null;
  const isStepDone = isMet && isLastAct;
  const isLastStep = progress.step + 1 === steps.length;
  return (
    <section className="tour" aria-label="Guided tour">
      <div className="tour-text">
        <Dots steps={steps} at={progress.step} begin={begin} />
        <p aria-live="polite">
          <strong>{step.title}.</strong> {isStepDone ? 'Done.' : act.text}
        </p>
      </div>
      <div className="tour-buttons">
        {isStepDone ? (
          <button
            type="button"
            className="button primary"
            onClick={() => (isLastStep ? move({ state: 'ended' }) : begin(progress.step + 1))}
          >
            {isLastStep ? 'Finish' : `Next: ${steps[progress.step + 1]?.title}`}
          </button>
        ) : (
          <StepAct act={act} round={progress.round} />
        )}
        <button type="button" className="button quiet" onClick={() => move({ state: 'declined' })}>
          Leave
        </button>
      </div>
    </section>
  );
}

function Dots({ steps, at, begin }: { steps: readonly TourStep[]; at: number; begin(step: number): void }): ReactNode {
  return (
    <ol className="dots">
      {steps.map(({ title }, n) => (
        <li key={title}>
          <button
            type="button"
            aria-label={`Step ${n + 1}: ${title}`}
            aria-current={n === at ? 'step' : undefined}
            onClick={() => begin(n)}
          >
            {n + 1}
          </button>
        </li>
      ))}
    </ol>
  );
}

/** What there is to click; or whom to become first. */
function StepAct({ act, round }: { act: TourAct; round: number }): ReactNode {
  const { seen, place, go, act: carryOut } = useDesk();
  const person = [...seen.people.values()].find(({ name }) => name === act.as);
  if (act.line) {
    const line = act.line(round);
    const type = (): void => {
      go({ as: act.as, at: act.at });
      const channel = channelAt(seen, act.at);
      if (channel) typeItself(channel.id, line);
    };
    return (
      <button type="button" className="tour-line" onClick={type}>
        <span className="sr-only">Type: </span>
        <code>{line}</code>
      </button>
    );
  }
  if (act.breaks) {
    const { label, act: what } = act.breaks;
    return (
      <button
        type="button"
        className="button danger"
        onClick={() => {
          go({ as: act.as, at: act.at });
          void carryOut(what);
        }}
      >
        {label}
      </button>
    );
  }
  if (place.as === act.as && place.at === act.at) return null;
  return (
    <button type="button" className="button primary" onClick={() => go({ as: act.as, at: act.at })}>
      {place.as === act.as ? `Go to #${act.at}` : `Become ${person?.realName.split(' ')[0]}`}
    </button>
  );
}

/** Those whose commands this bot has. */
function stepsFor({ workspace }: Seen): TourStep[] {
  const names = new Set(workspace?.commands.map(({ name }) => name));
  return TOUR.filter(({ needs }) => names.has(needs));
}

function isSeen(seen: Seen, { at, reads }: Until, since: string): boolean {
  const channel = channelAt(seen, at);
  const messages = seen.messages.get(channel?.id ?? '') ?? [];
  return messages.some((message) => message.ts > since && message.user === seen.workspace?.bot && reads.test(wordsOf(message)));
}

/** All that can be read in a message. */
function wordsOf({ text, blocks }: MessageView): string {
  const words: string[] = [text];
  JSON.stringify(blocks, (key, value: unknown) => {
    if (key === 'text' && typeof value === 'string') words.push(value);
    return value;
  });
  return words.join(' ').replaceAll('`', '');
}

function now(): string {
  return (Date.now() / 1000).toFixed(6);
}
