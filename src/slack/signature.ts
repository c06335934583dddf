import type { IncomingHttpHeaders } from 'node:http';
import { isValidSlackRequest } from '@slack/bolt';

/** https://docs.slack.dev/authentication/verifying-requests-from-slack */
const OLDEST_SECONDS = 300;

/** What Slack puts on every request that it signs. */
export interface Signature {
  /** In seconds, as it was sent: it is part of what is signed. */
  at: number;
  signature: string;
}

/** What stands in the headers, whether it is right or not; undefined where something is missing. */
export function signatureIn(headers: IncomingHttpHeaders): Signature | undefined {
  const { 'x-slack-signature': signature, 'x-slack-request-timestamp': at } = headers;
  if (typeof signature !== 'string' || typeof at !== 'string' || !/^[1-9]\d{0,11}$/.test(at)) return undefined;
  return { at: Number(at), signature };
}

/** A signature is good for five minutes either way: Bolt's own check asks only whether it is too old. */
export function isTimely({ at }: Signature): boolean {
  return Math.abs(Date.now() / 1_000 - at) <= OLDEST_SECONDS;
}

/** Whether it is Slack's own, for just these words. The comparison takes as long however much of it is right. */
export function isSlacks({ at, signature }: Signature, body: string, signingSecret: string): boolean {
  const headers = { 'x-slack-signature': signature, 'x-slack-request-timestamp': at };
  return isValidSlackRequest({ signingSecret, body, headers });
}
