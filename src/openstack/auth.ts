import { z } from 'zod';
import { OpenStackError } from '../errors.ts';
import { faultOf } from './faults.ts';
import type { Http } from './http.ts';

/** How to log in, in keystone's own words. Holds secrets: never to a log, a reply or an error. */
export interface Auth {
  /** Keystone's versioned root, `http://keystone:5000/v3`. */
  url: string;
  identity: Record<string, unknown>;
  /** Absent for application credentials, which carry theirs. */
  scope?: Record<string, unknown>;
}

const Named = z.object({ id: z.string(), name: z.string() });
const Endpoint = z.object({
  interface: z.string(),
  region_id: z.string().nullish(),
  region: z.string().nullish(),
  url: z.string(),
});
const TokenBody = z.object({
  token: z.object({
    user: Named.extend({ domain: Named }),
    project: Named.extend({ domain: Named }).optional(),
    roles: z.array(Named).default([]),
    issued_at: z.string(),
    expires_at: z.string(),
    catalog: z.array(z.object({ type: z.string(), endpoints: z.array(Endpoint) })).default([]),
  }),
});

export type Catalog = z.infer<typeof TokenBody>['token']['catalog'];

/** Who a session is. */
export interface Login {
  user: { id: string; name: string; domain: string };
  /** Absent where the token is of the system or a domain. */
  project?: { id: string; name: string; domain: string };
  roles: string[];
  regions: string[];
  expiresAt: Date;
}

export interface Token {
  id: string;
  catalog: Catalog;
  login: Login;
  /** By our clock: keystone's may be another. */
  renewAfter: number;
}

export interface TokenKeeper {
  token(signal?: AbortSignal): Promise<Token>;
  /** A token that was refused is replaced, once for all who hold it. */
  renew(refused: Token, signal?: AbortSignal): Promise<Token>;
}

const CALL = 'POST identity /auth/tokens';

/** Logs in when first asked, again when the token is nearly over or was refused; never twice at the same time. */
export function keepToken(auth: Auth, http: Http): TokenKeeper {
  let current: Token | undefined;
  let coming: Promise<Token> | undefined;

  function logInOnce(): Promise<Token> {
    coming ??= logIn(auth, http)
      .then((token) => {
        current = token;
        return token;
      })
      .finally(() => {
        coming = undefined;
      });
    return coming;
  }

  return {
    async token(signal) {
      signal?.throwIfAborted();
      return current && Date.now() < current.renewAfter ? current : logInOnce();
    },
    async renew(refused, signal) {
      signal?.throwIfAborted();
      return current && current !== refused ? current : logInOnce();
    },
  };
}

/**
 * POST /v3/auth/tokens. `unauthorized` whatever the refusal: a wrong password is 401, an application credential that is
 * gone 404, and that must not read as if the thing asked for were gone. A token changes nothing, so it is asked for again after a lost answer. Source: keystone/api/auth.py
 */
async function logIn(auth: Auth, http: Http): Promise<Token> {
  const body = { auth: { identity: auth.identity, ...(auth.scope ? { scope: auth.scope } : {}) } };
  const outcome = await http.send({ method: 'POST', url: `${auth.url}/auth/tokens`, headers: {}, body, repeatable: true });
  if ('notSent' in outcome)
    throw new OpenStackError({ code: 'not_sent', call: CALL, fault: outcome.notSent.message, cause: outcome.notSent });
  if ('lostAnswer' in outcome) throw new OpenStackError({ code: 'lost_answer', call: CALL, cause: outcome.lostAnswer });

  const { answer } = outcome;
  const requestId = answer.headers['x-openstack-request-id'];
  const known = { call: CALL, status: answer.status, ...(requestId ? { requestId } : {}) };
  if (answer.status !== 201) {
    const { code, words } = faultOf('identity', answer);
    const refused = answer.status < 500 && code !== 'rate_limited';
    throw new OpenStackError({ ...known, code: refused ? 'unauthorized' : code, ...(words ? { fault: words } : {}) });
  }
  const id = answer.headers['x-subject-token'];
  const parsed = TokenBody.safeParse(answer.body);
  if (!id || !parsed.success) throw new OpenStackError({ ...known, code: 'bad_answer', fault: 'no token in it' });
  return tokenOf(id, parsed.data);
}

function tokenOf(id: string, { token }: z.infer<typeof TokenBody>): Token {
  const lifeMs = Date.parse(token.expires_at) - Date.parse(token.issued_at);
  const marginMs = Math.min(120_000, lifeMs / 2);
  const regions = token.catalog.flatMap(({ endpoints }) =>
    endpoints.map((endpoint) => endpoint.region_id ?? endpoint.region ?? ''),
  );
  const { user, project } = token;
  return {
    id,
    catalog: token.catalog,
    renewAfter: Date.now() + lifeMs - marginMs,
    login: {
      user: { id: user.id, name: user.name, domain: user.domain.name },
      ...(project ? { project: { id: project.id, name: project.name, domain: project.domain.name } } : {}),
      roles: token.roles.map(({ name }) => name),
      regions: [...new Set(regions)].filter(Boolean).sort(),
      expiresAt: new Date(token.expires_at),
    },
  };
}
