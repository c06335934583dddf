import { z } from 'zod';
import { ChannelId, Duration } from './values.ts';

/** Whom an alert of a severity wakes. */
const Mentions = z.record(
  z.string().min(1),
  z
    .array(
      z
        .string()
        .regex(/^[SUW][A-Z0-9]{2,}$/, 'a Slack user group ID such as S012AB3CD, or a member ID such as U012AB3CD, not a name'),
    )
    .min(1),
);

const AlertRoute = z.strictObject({
  /** Labels that one of the firing alerts has: exactly so, or with a star at the end. */
  match: z
    .record(
      z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'the name of a label, such as severity'),
      z
        .string()
        .min(1)
        .regex(/^[^*]*\*?$/, 'the value of a label, such as critical or prod-*, with a star at its end or nowhere'),
    )
    .refine((labels) => Object.keys(labels).length > 0, 'should name a label; what fits no route goes to alerts.channel'),
  channel: ChannelId,
  /** Left out: those of `alerts`. */
  mention: Mentions.optional(),
});

/** `alerts` of stackhand.yaml. */
export const Alerts = z.strictObject({
  /** For what fits no route. */
  channel: ChannelId,
  /** The first that fits one of a group's firing alerts decides. While it fires, only an earlier one takes it to another channel. */
  routes: z.array(AlertRoute).default([]),
  /** By the label `severity`: pinged once each time that a group fires. */
  mention: Mentions.default({}),
  /** Addresses from alerts are shown as links where they begin so. */
  links: z
    .array(
      z
        .string()
        .regex(/^https?:\/\/[\w.-]+(:\d+)?\/?$/, 'the beginning of an address, such as https://prometheus.example.org')
        .transform((url) => new URL(url).origin),
    )
    .default([]),
  /** How many alerts of a group its card lists. */
  shown: z.number().int().min(1).max(25).default(10),
  /** A group that nobody told of for this long is no longer said to fire. */
  unheardAfter: Duration.prefault('25h'),
});
export type AlertsYaml = z.infer<typeof Alerts>;
