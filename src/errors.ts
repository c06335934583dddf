/** A line that the asker may have meant: theirs with one value in place of another, or with one more. Becomes a button. */
export type Choice = { label: string; value: string } & (
  | { argument: string }
  /** Whichever argument was typed as this. */
  | { given: string }
);

/** The asker can mend it. Shown word for word: what is wrong, then what to type. Text may hold `code spans` and nothing else. */
export class UserError extends Error {
  override readonly name: string = 'UserError';
  readonly choices: readonly Choice[];

  constructor(message: string, { choices = [], cause }: { choices?: readonly Choice[]; cause?: unknown } = {}) {
    super(message, { cause });
    this.choices = choices;
  }
}

/** Slack cannot be reached: not that it refuses, and it may be back at any time. */
export class SlackAway extends UserError {
  override readonly name = 'SlackAway';
}

/** The asker may not. Apart from UserError so that the record ends as *refused* and the audit says why. */
export class NotAllowed extends Error {
  override readonly name = 'NotAllowed';
}

/**
 * A closed set; branch on it, never on text.
 * - `not_sent`: the connection could not be made; nothing reached the service.
 * - `lost_answer`: it was sent and no complete answer came back; a write may have taken place.
 * - `bad_answer`: a 2xx whose body is not what the API promises; a write has taken place.
 * - `over_quota`: nova 403, cinder 413, neutron 409 with their quota faults.
 * - `unsupported`: the cloud's microversions do not reach what the call needs.
 */
export type OpenStackErrorCode =
  | 'bad_request'
  | 'unauthorized'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'over_quota'
  | 'rate_limited'
  | 'unsupported'
  | 'server_error'
  | 'not_sent'
  | 'lost_answer'
  | 'bad_answer'
  | 'no_endpoint';

export interface OpenStackErrorDetails {
  code: OpenStackErrorCode;
  /** "PUT compute /os-quota-sets/42ab" */
  call: string;
  /** A POST that only asks, such as Nova's console output. */
  reads?: boolean;
  /** HTTP status, where one came. */
  status?: number;
  /** The service's own words, where it gave any. */
  fault?: string;
  /** The answer's `X-Openstack-Request-Id`, else the one we sent. */
  requestId?: string;
  cause?: unknown;
}

/** "PUT compute /os-quota-sets/42ab answered 403: Policy doesn't allow … (req-…)" */
export class OpenStackError extends Error {
  override readonly name = 'OpenStackError';
  readonly code: OpenStackErrorCode;
  readonly call: string;
  readonly status: number | undefined;
  readonly fault: string | undefined;
  readonly requestId: string | undefined;
  /** A call that changes nothing, however it ends. */
  readonly isRead: boolean;

  constructor(details: OpenStackErrorDetails) {
    super(openStackMessage(details), { cause: details.cause });
    this.code = details.code;
    this.call = details.call;
    this.status = details.status;
    this.fault = details.fault;
    this.requestId = details.requestId;
    this.isRead = details.reads === true || /^(GET|HEAD) /.test(details.call);
  }

  /** Whether a write may have taken place although no good answer came. */
  get mayHaveHappened(): boolean {
    if (this.isRead) return false;
    return this.code === 'lost_answer' || this.code === 'bad_answer' || (this.code === 'server_error' && this.status !== 503);
  }
}

function openStackMessage({ code, call, status, fault, requestId }: OpenStackErrorDetails): string {
  const what =
    status !== undefined
      ? `answered ${status}`
      : code === 'not_sent'
        ? 'was not sent, the service cannot be reached'
        : code === 'lost_answer'
          ? 'was sent, and its answer got lost'
          : 'was not possible';
  const said = fault === undefined || fault === '' ? '' : `: ${fault.replace(/\.$/, '')}`;
  return `${call} ${what}${said}${requestId ? ` (${requestId})` : ''}`;
}

/** The sender of a chat message says whether to try again. `retryAfterMs` where Slack asked for a wait. */
export class DeliveryError extends Error {
  override readonly name = 'DeliveryError';
  /** Slack's own error name (`not_in_channel`, `ratelimited`, …) or `unreachable`, `lost_answer`. */
  readonly code: string;
  /** Trying again cannot help: the channel is gone, the blocks are refused. */
  readonly final: boolean;
  readonly retryAfterMs: number | undefined;

  constructor(code: string, options: { final: boolean; retryAfterMs?: number; cause?: unknown }) {
    super(`Slack: ${code}`, { cause: options.cause });
    this.code = code;
    this.final = options.final;
    this.retryAfterMs = options.retryAfterMs;
  }
}
