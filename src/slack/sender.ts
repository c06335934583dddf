import { z } from 'zod';

const TeamOf = z.object({ id: z.string().nullish() }).nullish();

/** Where a body names teams: of the user, of the channel's side, of the message's origin. */
const Named = z.object({
  team_id: z.string().nullish(),
  user_id: z.string().optional(),
  team: TeamOf,
  user: z.object({ id: z.string(), team_id: z.string().nullish() }).optional(),
  event: z
    .object({
      user: z.string().optional(),
      team: z.string().nullish(),
      user_team: z.string().nullish(),
      source_team: z.string().nullish(),
    })
    .optional(),
});

/** Who sent it, and whether another workspace's: any team that is not ours makes a stranger (Slack Connect has several in one body). */
export function senderOf(body: unknown, teamId: string): { user: string | undefined; stranger: boolean } {
  const named = Named.safeParse(body);
  if (!named.success) return { user: undefined, stranger: true };
  const { team_id, user_id, team, user, event } = named.data;
  const teams = [team_id, team?.id, user?.team_id, event?.team, event?.user_team, event?.source_team];
  const known = teams.filter((id) => typeof id === 'string' && id !== '');
  return { user: event?.user ?? user?.id ?? user_id, stranger: known.length === 0 || known.some((id) => id !== teamId) };
}
