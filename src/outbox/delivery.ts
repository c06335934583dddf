import type { Home } from '../home/home.ts';
import type { Reply, TextFile } from '../reply.ts';

export interface Channel {
  channel: string;
  thread?: string;
  /** A reply in a thread that the channel sees as well: edits notify nobody, this does. */
  broadcast?: true;
}

export interface Posted {
  channel: string;
  ts: string;
}

/** Says things in Slack, once, now. Every method throws DeliveryError, which says whether to try again; none retries itself. */
export interface Delivery {
  /** `key` goes into the message's metadata, so that a post whose answer got lost can be found. `channel` may be a user's ID. */
  post(to: Channel, key: string, reply: Reply): Promise<Posted>;
  update(at: Posted, reply: Reply): Promise<void>;
  /** The message that carries this key; `cannot look` without a history scope for that kind of channel. */
  findByKey(to: Channel, key: string, sinceMs: number): Promise<Posted | 'none' | 'cannot look'>;
  /**
   * Only `user` sees it. By the response_url where there is one (works without membership; with `replace` in the place of the message that
   * it came from), else chat.postEphemeral.
   */
  ephemeral(to: Channel & { responseUrl?: string; replace?: true }, user: string, reply: Reply): Promise<void>;
  /** The direct-message channel with a user. */
  openDirect(user: string): Promise<string>;
  file(to: Channel, file: TextFile, comment: string): Promise<void>;
  /** The file that must go with a message, since Slack's limits leave no room for every byte of the reply. */
  overflow(reply: Reply): TextFile | undefined;
  /** Undefined where the message is gone, or what Slack gives is no address of the workspace's. */
  permalink(at: Posted): Promise<string | undefined>;
  /**
   * Makes this the user's Home. With `hash` only if Slack still shows the view that had it: `hash_conflict` (final) where it does not.
   * `not_enabled` (final): the app has no Home tab. @returns the hash of what Slack shows now.
   */
  publishHome(user: string, home: Home, hash?: string): Promise<string | undefined>;
}

/** What Slack knows about people and channels. Throws DeliveryError where it does not answer. */
export interface Directory {
  /** Whether our app is in the channel; a private one without us looks like none. */
  isMember(channel: string): Promise<boolean>;
  /** Members of a user group; `fresh` for votes, else at most a minute old. A group that Slack does not know is a final DeliveryError. */
  groupMembers(group: string, options: { fresh: boolean }): Promise<string[]>;
  /** Undefined: no such user. `stranger`: another workspace's (Slack Connect), or one that Slack itself calls a stranger. */
  findUser(
    user: string,
  ): Promise<{ id: string; name: string; team: string; stranger: boolean; deleted: boolean; bot: boolean } | undefined>;
}
