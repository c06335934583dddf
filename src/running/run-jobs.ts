import { isApprovedAsItIs } from '../approval/vote.ts';
import { lookForMassDown } from '../brake/look.ts';
import { OpenStackError } from '../errors.ts';
import type { JobContext, Outcome, Report } from '../job.ts';
import type { WriteHook } from '../openstack/session.ts';
import { tellState } from '../outbox/tell.ts';
import { combineReplies } from '../planning/by-region.ts';
import { broke } from '../process/broke.ts';
import type { Core } from '../process/core.ts';
import { type FrozenJob, label, type Request, type RequestState } from '../request.ts';
import type { Held } from '../requests/hold.ts';
import { decideAndAdvance, findRequest } from '../requests/store.ts';
import { decidedSince } from '../reverts/reverts.ts';
import { converge, WouldWrite } from './converge.ts';
import { itemKey } from './item-key.ts';

/** A run that took its worker down this often is left to people. */
const MAX_ATTEMPTS = 25;

/**
 * What running came to. `broken`: it ended before it could tell what it did; `final` where looking again would not help, `untouched` is
 * its end where no write was begun. The items of a report are named after their region (`itemKey`).
 */
export type Ran = { report: Report } | { broken: string; final?: true; untouched?: RequestState } | { lost: true };

/** Runs the jobs of an approved plan, one region after the other; one that breaks does not stop the next. @param begun grows with each write. */
export async function runJobs(core: Core, held: Held, begun: Set<string>, hookOf: (region: string) => WriteHook): Promise<Ran> {
  const { request } = held.stored;
  const { number, plan } = request;
  if (request.attempt > MAX_ATTEMPTS)
    return { broken: `${label(number)} took its worker down ${MAX_ATTEMPTS} times, so I gave it up.`, final: true };
  if (!isApprovedAsItIs(request))
    return { broken: 'The plan in my record is not the one that was approved.', final: true, untouched: 'void' };
  const parts: { region: string; report: Report }[] = [];
  const jobs = plan?.jobs ?? [];
  for (const frozen of jobs) {
    const ran = await runJob(core, held, frozen, begun, hookOf(frozen.region));
    // Where only one of several regions had something to do its report names that region all the same.
    const isAlone = frozen.region === request.region || (jobs.length === 1 && 'broken' in ran);
    if ('lost' in ran || isAlone) return ran;
    parts.push({ region: frozen.region, report: 'report' in ran ? ran.report : brokenReport(frozen, ran.broken, begun) });
  }
  const reports = parts.map(({ region, report: { outcomes: _, ...reply } }) => ({ region, reply }));
  const said = combineReplies(reports, true);
  const outcomes = parts.flatMap(({ region, report }) => report.outcomes.map((outcome) => inRegion(region, outcome)));
  return { report: { ...said, outcomes } };
}

async function runJob(
  core: Core,
  { stored, lease }: Held,
  { region, job: name, payload }: FrozenJob,
  begun: ReadonlySet<string>,
  hook: WriteHook,
): Promise<Exclude<Ran, { final?: true }> | Ran> {
  const { number, requester, cloud = '' } = stored.request;
  const log = core.log.child({ request: number });
  const job = core.registry.findJob(name);
  if (!job) return { broken: `There is no job ${name} in this version of Stackhand.`, final: true };
  const openstack = core.clouds.writer(cloud, region, hook, lease.lost);
  const context: JobContext = {
    openstack,
    cloud,
    region,
    request: { number, label: label(number), requester },
    massDown: async (seen) => (await lookForMassDown(core, { cloud, region }, openstack, seen))?.what,
    except: new Set(await decidedSince(core.store, stored.request)),
    ...followsOf(stored.request),
    signal: lease.signal,
    log,
    progress: (text) => void showProgress(core, number, text).catch((error) => log.warn({ err: error }, 'progress not written')),
    converge: (items, how) => {
      const watch = watchForStop(core, number, lease);
      const isBegun = (item: string): boolean => begun.has(itemKey(region, item));
      return converge(items, how, { openstack, signal: lease.signal, tickMs: core.pace.runMs, log, begun: isBegun }).finally(
        watch,
      );
    },
  };
  try {
    const report = await job.run(job.payload.parse(payload), context);
    return { report: { ...report, outcomes: report.outcomes.map((outcome) => keyed(region, outcome)) } };
  } catch (error) {
    if (lease.signal.aborted) return { lost: true };
    if (error instanceof WouldWrite) return { report: notDone(region, error) };
    if (error instanceof OpenStackError) return { broken: error.message };
    return { broken: broke(core, number, error) };
  }
}

function followsOf({ revert }: Request): Pick<JobContext, 'follows'> {
  return revert ? { follows: { label: label(revert.request), began: revert.began } } : {};
}

function keyed(region: string, outcome: Outcome): Outcome {
  return { ...outcome, item: { id: itemKey(region, outcome.item.id), name: outcome.item.name } };
}

function inRegion(region: string, outcome: Outcome): Outcome {
  return { ...outcome, item: { ...outcome.item, name: `${outcome.item.name} in ${region}` } };
}

/** A look found that what was begun would have to be written again. */
function notDone(region: string, { message }: WouldWrite): Report {
  return { text: message, outcomes: [{ item: { id: itemKey(region, ''), name: region }, state: 'failed', detail: message }] };
}

function brokenReport({ region }: FrozenJob, text: string, begun: ReadonlySet<string>): Report {
  const wrote = [...begun].some((key) => key.startsWith(itemKey(region, '')));
  const item = { id: itemKey(region, ''), name: 'what was approved' };
  return { text, outcomes: [{ item, state: wrote ? 'unknown' : 'failed', detail: text }] };
}

const LOOK_FOR_STOP_MS = 500;

/** Tells the run when somebody asked for a stop. @returns what ends the watch. */
function watchForStop({ store }: Core, number: number, { abort, signal }: Held['lease']): () => void {
  const timer = setInterval(() => {
    if (signal.aborted) return;
    findRequest(store, number).then(
      (stored) => {
        if (stored?.request.stop) abort('stopped');
      },
      () => undefined,
    );
  }, LOOK_FOR_STOP_MS);
  return () => clearInterval(timer);
}

async function showProgress(core: Core, number: number, text: string): Promise<void> {
  await decideAndAdvance(core.store, number, (request) => {
    if (request.state !== 'running' || request.progress === text) return { leave: undefined };
    return {
      change: (draft) => {
        draft.progress = text;
      },
      give: undefined,
      move: { event: 'progress', by: core.worker, detail: { text }, also: (draft) => tellState(core, draft) },
    };
  });
}
