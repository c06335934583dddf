import { waitsForVoteOf } from '../approval/vote.ts';
import { asWho, type Person } from '../policy/who.ts';
import { decideLine, decidePlan, type Question } from '../policy.ts';
import type { Core } from '../process/core.ts';
import { code, type Link } from '../reply.ts';
import { aboutOf, isChange, type Request, type RequestState, userOf } from '../request.ts';
import { mayStop } from '../requests/cancel.ts';
import { askedEntry, endedEntry, runningEntry, signingEntry, waitingEntry } from './entries.ts';
import type { Home, HomeEntry, HomeSection } from './home.ts';

/** As many of each as somebody looks through on a phone. */
const MOST = { waiting: 10, asked: 8, ended: 10, running: 10 };

/** What a Home is made of, besides who looks at it. */
export interface Seen {
  /** Newest first. */
  open: readonly Request[];
  /** The looker's own ended plans, newest first. */
  ended: readonly Request[];
  /** What is known not to work. */
  troubles: readonly string[];
  /** Why clouds may not be changed just now. */
  standstills: readonly string[];
  now: number;
  /** To the request's card, where it stands in a channel. */
  linksTo(request: Request): Promise<Link[]>;
}

/** Somebody's Home as it should be now: what waits for them, what they asked, what runs. Decides nothing, and shows what they may see. */
export async function composeHome(core: Core, person: Person, seen: Seen): Promise<Home> {
  const { roles, unsure = [], user = '' } = person.asker;
  const who = asWho(core, person, { kind: 'slack', user, team: '' }, undefined);
  const stops = mayStop(core, who);
  const waiting = await waitingSection(core, person, seen, stops);
  const asked = await askedSection(person, seen, stops);
  if (roles.length === 0 && unsure.length === 0) {
    // An owner of a project votes without any role, and whoever held one has asked before.
    const sections = [waiting, asked].filter(({ entries }) => entries.length > 0);
    return { notices: [...seen.troubles, noRole(user)], sections, notes: [] };
  }
  const running = await runningSection(core, person, seen, stops);
  const notices = [...seen.standstills, ...seen.troubles, ...notSure(unsure)];
  return { notices, sections: [waiting, asked, running], notes: smallPrint(person) };
}

function noRole(user: string): string {
  return `You hold no role here, so there is nothing for you to see or do. Ask whoever keeps stackhand.yaml to name you there: your member ID is ${code(user)}.`;
}

function notSure(unsure: readonly string[]): string[] {
  if (unsure.length === 0) return [];
  return [
    `Slack does not say who is in the user group of ${unsure.map(code).join(', ')}, so something may be missing here. It appears once Slack answers.`,
  ];
}

function smallPrint({ asker, name }: Person): string[] {
  const roles = asker.roles.length > 0 ? asker.roles.join(', ') : 'no role that is certain';
  return [
    `You are ${name} and hold: ${roles}. Type help for what you may do, in my messages or behind my slash command.`,
    'This page follows what happens for ten minutes after you opened it or clicked in it. Open it again for the newest.',
  ];
}

/** What is due first comes first; a plan of their own whose target they have to type goes nowhere without them. */
async function waitingSection(
  { config }: Pick<Core, 'config'>,
  { asker }: Person,
  seen: Seen,
  stops: boolean,
): Promise<HomeSection> {
  const { user = '', roles } = asker;
  const { now } = seen;
  const waiting = seen.open
    .filter(
      (request) =>
        isToBeTyped(request, user, now) || waitsForVoteOf(request, { user, roles }, now) || isToBeSigned(config, request, user),
    )
    .sort((a, b) => expiryOf(a) - expiryOf(b));
  return {
    ...(await entries(waiting, MOST.waiting, seen, (request, links) =>
      request.state === 'unsigned' ? signingEntry(request, { links }) : waitingEntry(request, { links, now, stops }),
    )),
    title: titled('Waits for you', waiting.length),
    seeMore: 'Type `request list` for everything that is open.',
    empty: 'Nothing waits for you. Type `request list` for everything that is open.',
  };
}

function isToBeTyped(request: Request, user: string, now: number): boolean {
  return request.state === 'planned' && userOf(request) === user && now < expiryOf(request);
}

function isToBeSigned({ breakGlass }: Core['config'], { state, glass }: Request, user: string): boolean {
  return state === 'unsigned' && glass?.user !== user && breakGlass?.owners.includes(user) === true;
}

/** What is to be signed has no end of its own. */
function expiryOf({ approval, state }: Request): number {
  if (state === 'unsigned') return Number.POSITIVE_INFINITY;
  return approval?.expiresAt ?? Number.POSITIVE_INFINITY;
}

/** What they hear the end of: their own, and what they follow. */
async function askedSection({ asker }: Person, seen: Seen, stops: boolean): Promise<HomeSection> {
  const { user = '' } = asker;
  const { now } = seen;
  const isMine = (request: Request): boolean => userOf(request) === user;
  const isTheirs = (request: Request): boolean => isMine(request) || request.followers?.includes(user) === true;
  // What has to be typed stands above.
  const open = seen.open.filter((request) => isTheirs(request) && !isToBeTyped(request, user, now));
  const shown = await entries(open, MOST.asked, seen, (request, links) =>
    askedEntry(request, { links, now, isMine: isMine(request), stops: stops || isMine(request) }),
  );
  const ended = await entries(seen.ended, MOST.ended, seen, (request, links) =>
    endedEntry(request, { links, now, isMine: isMine(request) }),
  );
  return {
    title: titled('You asked', open.length),
    entries: [...shown.entries, ...ended.entries],
    more: shown.more + ended.more,
    seeMore: 'Type `request list --mine` for your open ones, `request list --mine --all` for all.',
    empty: 'You have asked for nothing in the last seven days. Type `help` for what you may ask.',
  };
}

const UNDER_WAY: ReadonlySet<RequestState> = new Set<RequestState>(['queued', 'running', 'unknown']);

/** All that runs or is about to, or whose outcome is still looked for, of which they see what `request list` would show them. */
async function runningSection(
  core: Pick<Core, 'config' | 'registry'>,
  person: Person,
  seen: Seen,
  stops: boolean,
): Promise<HomeSection> {
  const { asker } = person;
  const question: Question = { policy: core.config, asker, command: 'request list', effect: 'read' };
  const may = decideLine(question);
  const isMine = (request: Request): boolean => userOf(request) === asker.user;
  const isSeen = (request: Request): boolean => isMine(request) || decidePlan({ ...question, touches: aboutOf(request) }).allowed;
  const running = seen.open
    .filter((request) => UNDER_WAY.has(request.state) && isChange(request))
    .filter(isSeen)
    // What waits for its turn comes below what runs.
    .sort((a, b) => Number(a.state === 'queued') - Number(b.state === 'queued') || a.number - b.number);
  return {
    ...(await entries(running, MOST.running, seen, (request, links) =>
      runningEntry(request, { links, now: seen.now, stops: stops || isMine(request) }),
    )),
    title: titled('Running now', running.length),
    seeMore: 'Type `request list` for everything that is open.',
    empty: may.allowed
      ? 'Nothing runs that you may see. Type `request list --all` for what has run.'
      : `What others run is not shown to you. ${may.because}`,
  };
}

/** The first of them; the others are counted. */
async function entries(
  requests: readonly Request[],
  most: number,
  { linksTo }: Pick<Seen, 'linksTo'>,
  entryOf: (request: Request, links: Link[]) => HomeEntry,
): Promise<Pick<HomeSection, 'entries' | 'more'>> {
  const shown = requests.slice(0, most).map(async (request) => entryOf(request, await linksTo(request)));
  return { entries: await Promise.all(shown), more: Math.max(0, requests.length - most) };
}

function titled(words: string, number: number): string {
  return number === 0 ? words : `${words} (${number})`;
}
