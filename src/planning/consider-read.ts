import type { CloudRead, OwnRead, ReadCommand } from '../command.ts';
import { UserError } from '../errors.ts';
import { decidePlan, type PlanAllowed, type Refusal } from '../policy.ts';
import { code, type Records, type Reply } from '../reply.ts';
import { cloudInWords, type FrozenPlan, type Request } from '../request.ts';
import type { Target } from '../target.ts';
import { combineRecords, combineReplies, lookInEach } from './by-region.ts';
import { regionsInWords } from './choose-cloud.ts';
import { type Considered, type Considering, mustBeAllowed, mustNotBeForbidden, whileLooking, withLosses } from './consider.ts';
import { recordsFile } from './pages.ts';
import { planHash } from './plan-hash.ts';

export async function considerRead(one: Considering, command: ReadCommand): Promise<Considered> {
  return isOwn(command) ? considerOwn(one, command) : considerCloud(one, command);
}

function isOwn(command: ReadCommand): command is OwnRead {
  return command.cloud === false;
}

/** Nobody is asked about what shows nothing of a cloud. */
async function considerOwn({ parsed, question, exempt, facts, lookIn }: Considering, command: OwnRead): Promise<Considered> {
  const looking = lookIn('');
  const ran = await command.run(parsed.args, looking.context);
  const answer = 'carryOut' in ran ? ran : withLosses(ran, looking);
  const { touches = [] } = answer;
  mustNotBeForbidden(decidePlan({ ...question, touches }), exempt);
  const seen = { ...facts, about: touches };
  if ('carryOut' in answer) return { carryOut: answer.carryOut, facts: seen };
  const { touches: _, records, ...reply } = answer;
  return { end: 'answered', reply: withRecords(reply, records), facts: seen };
}

async function considerCloud(one: Considering, command: CloudRead): Promise<Considered> {
  const { question, facts, request } = one;
  const { touches, reply, notes } = await lookAround(one, command);
  const decision = mustBeAllowed(withReasons(decidePlan({ ...question, touches }), notes));
  if (!decision.approval) return { end: 'answered', reply, facts: { ...facts, about: touches } };
  const { cloud, regions } = one.place;
  const plan = readPlan(request, facts, touches);
  const hash = planHash(cloud, regionsInWords(regions), plan);
  // What takes votes is for its asker alone.
  const alone = { ...facts, shared: false };
  // Approved, and still about the same things: now it may be seen.
  const approved = request.state === 'running' || request.state === 'answered';
  if (approved && request.hash === hash) return { end: 'answered', reply, facts: alone };
  if (approved) throw new UserError('What this would show is no longer what was approved. Ask again.');
  return { plan, hash, allowed: decision, facts: { ...alone, about: touches } };
}

/** Where nothing is left that may be shown, it is said what was left out, and why. */
function withReasons<D extends PlanAllowed>(decision: D | Refusal, notes: readonly string[]): D | Refusal {
  return decision.allowed ? decision : { ...decision, because: [decision.because, ...notes].join('\n') };
}

/** The answers of all regions as one. */
async function lookAround(one: Considering, command: CloudRead): Promise<{ touches: Target[]; reply: Reply; notes: string[] }> {
  const { place, parsed, lookIn } = one;
  const notes = new Set<string>();
  const { parts, troubles } = await lookInEach(place.regions, async (region) => {
    const looking = lookIn(region);
    const answer = await whileLooking(looking, command.run(parsed.args, looking.context));
    for (const note of looking.notes()) notes.add(note);
    return withLosses(answer, looking);
  });
  const apart = place.regions.length > 1;
  const touches = parts.flatMap(({ reply }) => reply.touches);
  const records = combineRecords(
    parts.map(({ region, reply }) => ({ region, records: reply.records })),
    apart,
  );
  const answers = parts.map(({ region, reply: { touches: _, records: __, ...reply } }) => ({ region, reply }));
  const said = combineReplies(answers, apart);
  const reply = withRecords(withPlace(said, one), records);
  const told = troubles.length === 0 ? reply : { ...reply, warnings: [...troubles, ...(reply.warnings ?? [])] };
  return { touches, reply: told, notes: [...notes] };
}

/** Where there are several, people have to see which one an answer is of: the line may have left it to the channel. */
function withPlace(reply: Reply, { core: { clouds }, place: { cloud, regions } }: Considering): Reply {
  if (clouds.names.length === 1 && clouds.regionsOf(cloud).length === 1) return reply;
  const where = `Of ${cloudInWords({ cloud, region: regionsInWords(regions) })}.`;
  return { ...reply, note: reply.note === undefined ? where : `${where} ${reply.note}` };
}

function withRecords(reply: Reply, records: Records | undefined): Reply {
  return records ? { ...reply, file: recordsFile(records) } : reply;
}

function readPlan(request: Request, facts: Partial<Request>, touches: Target[]): FrozenPlan {
  return {
    // By the name that the approvers saw: Slack may not tell it a second time.
    text: `Show the answer to ${code(request.line)} to ${request.askedBy ?? facts.askedBy ?? 'its asker'} alone.`,
    touches,
    jobs: [],
    undo: { possible: false, because: 'what was read was read' },
  };
}
