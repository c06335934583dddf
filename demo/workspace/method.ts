import type { Args } from './args.ts';
import { type Json, SlackRefusal, type Workspace } from './model.ts';

/** One method of the Web API. It answers without `ok`, or throws a `SlackRefusal`. */
export interface Method {
  /** Any one of these will do; empty: none is needed, or it depends on the arguments. */
  scopes: string[];
  /** Only the app-level token may call it. */
  token?: 'app';
  run(workspace: Workspace, args: Args): Json;
}

/** Refuses as Slack does when the token has none of `scopes`. */
export function needScope(workspace: Workspace, ...scopes: string[]): void {
  if (scopes.some((scope) => workspace.scopes.has(scope))) return;
  throw new SlackRefusal('missing_scope', { needed: scopes.join(','), provided: [...workspace.scopes].join(',') });
}
