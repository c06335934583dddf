import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import type { CloudState } from './cloud/state.ts';
import type { Workspace } from './workspace/model.ts';

/** Another one is not read: the demo then begins anew. */
const FORMAT = 1;
const EVERY_MS = 3_000;
/** More than anybody scrolls back through. */
const MESSAGES_KEPT = 2_000;

const PARTS = ['users', 'groups', 'channels', 'messages', 'files', 'views', 'modals', 'homes'] as const;
type Part = (typeof PARTS)[number];

interface Saved {
  format: number;
  workspace: Pick<Workspace, Part>;
  /** How many IDs the workspace has given out. */
  ids: number;
  cloud: CloudState;
}

/** What was saved in this folder, if anything that this version can read. */
export async function readSaved(folder: string): Promise<Saved | undefined> {
  try {
    const saved = deserialize(await readFile(fileIn(folder))) as Saved; // checked by its format, as nobody else writes there
    return saved.format === FORMAT ? saved : undefined;
  } catch {
    return undefined;
  }
}

/** Puts back what was there, and from now on saves what is there every few seconds, and at the end. */
export function keepSaved(
  folder: string,
  saved: Saved | undefined,
  { workspace, cloud }: { workspace: Workspace; cloud: CloudState },
): { end(): Promise<void> } {
  if (saved) Object.assign(workspace, saved.workspace);
  let ids = saved?.ids ?? 0;
  workspace.nextId = (letter) => {
    ids += 1;
    return `${letter}0${ids.toString(36).toUpperCase().padStart(7, '0')}`;
  };

  let last: Buffer | undefined;
  async function save(): Promise<void> {
    const { users, groups, channels, messages, files, views, modals, homes } = workspace;
    const kept = { users, groups, channels, messages: messages.slice(-MESSAGES_KEPT), files, views, modals, homes };
    const now = serialize({ format: FORMAT, workspace: kept, ids, cloud } satisfies Saved);
    if (last?.equals(now)) return;
    last = now;
    // Whole or not at all, whenever we are killed.
    await writeFile(`${fileIn(folder)}.new`, now);
    await rename(`${fileIn(folder)}.new`, fileIn(folder));
  }
  let saving: Promise<void> = Promise.resolve();
  const turn = (): Promise<void> => {
    saving = saving.then(save);
    return saving;
  };
  const timer = setInterval(
    () => void turn().catch((error: unknown) => console.error('the demo could not be saved:', error)),
    EVERY_MS,
  );
  return {
    end: () => {
      clearInterval(timer);
      return turn();
    },
  };
}

function fileIn(folder: string): string {
  return join(folder, 'demo.saved');
}
