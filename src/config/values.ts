import { z } from 'zod';

/** What stands in stackhand.yaml in more than one place. */

export const UserId = z
  .string()
  .regex(/^[UW][A-Z0-9]{2,}$/, 'a Slack member ID such as U012AB3CD (profile › ⋮ › Copy member ID), not a name');
export const GroupId = z.string().regex(/^S[A-Z0-9]{2,}$/, 'a Slack user group ID such as S012AB3CD, not its handle');
export const ChannelId = z
  .string()
  .regex(/^[CG][A-Z0-9]{2,}$/, 'a Slack channel ID such as C012AB3CD (channel name › bottom of About), not a name');
export const RoleName = z.string().regex(/^[a-z][a-z0-9-]*$/, 'lower-case letters, digits and hyphens');

/** `90s`, `30m`, `24h`, `7d`, as milliseconds. */
export const Duration = z
  .string()
  .regex(/^[1-9]\d*(s|m|h|d)$/, 'a duration such as 90s, 30m, 24h or 7d')
  .transform((text) => {
    const unit = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }[text.slice(-1)] ?? Number.NaN;
    return Number(text.slice(0, -1)) * unit;
  });
