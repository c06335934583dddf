/** Something Slack sent, whichever way. */
export interface Envelope {
  /** The same for the same thing sent again in just the same words. */
  envelope_id: string;
  /** `slash_commands`, `interactive` or `events_api`. */
  type: string;
  body: Record<string, unknown>;
  retry_num?: number;
  retry_reason?: string;
  ack(response?: object): Promise<void>;
}

/** How Slack reaches us. */
export interface Transport {
  /** Ends once Slack can reach us; each envelope then goes to `take`. @throws UserError where Slack refuses it, SlackAway where it is away */
  start(take: (envelope: Envelope) => void): Promise<void>;
  connected(): boolean;
  /** @param answered ends once what is on its way is acknowledged, which is still to get through. */
  stop(answered: Promise<unknown>): Promise<void>;
}
