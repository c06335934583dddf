import { OpenStackError } from '../errors.ts';
import { keepToken, type Token, type TokenKeeper } from './auth.ts';
import { endpointOf, unversioned, versionedRoot } from './catalog.ts';
import type { CloudSettings } from './clouds-yaml.ts';
import { type Http, openHttp } from './http.ts';
import { type VersionRange, versionRange } from './microversions.ts';
import type { Service } from './session.ts';

/** One user's log-in and sockets, shared by all sessions of a cloud. */
export interface Connection extends TokenKeeper {
  readonly cloud: CloudSettings;
  readonly http: Http;
  /** OpenStackError `no_endpoint` where the catalogue has none. */
  rootOf(service: Service, region: string, token: Token, call: string): string;
  versions(service: Service, region: string, signal?: AbortSignal): Promise<VersionRange>;
  onCall: NonNullable<ConnectOptions['onCall']>;
  close(): Promise<void>;
}

export interface ConnectOptions {
  /** From sending to the last byte. A live migration's checks take nova up to a minute (`rpc_response_timeout`). */
  timeoutMs?: number;
  backoffMs?: number;
  /** Told of every call that was answered or failed; `status` is an error's code where there was none. */
  onCall?: (call: { cloud: string; service: Service; method: string; status: number | string; seconds: number }) => void;
}

/** Sends nothing yet: the first call logs in. */
export function connect(
  cloud: CloudSettings,
  { timeoutMs = 75_000, backoffMs = 250, onCall = () => undefined }: ConnectOptions = {},
): Connection {
  const http = openHttp({ ca: cloud.ca, verify: cloud.verify, timeoutMs, backoffMs });
  const keeper = keepToken(cloud.auth, http);

  function endpoint(service: Service, region: string, token: Token, call: string): string {
    const found = endpointOf(cloud, region, service, token.catalog);
    if ('missing' in found) throw new OpenStackError({ code: 'no_endpoint', call, fault: found.missing });
    return found.url;
  }

  return {
    ...keeper,
    cloud,
    onCall,
    http,
    rootOf: (service, region, token, call) => versionedRoot(service, endpoint(service, region, token, call), token),
    async versions(service, region, signal) {
      const call = `GET ${service} / (its versions)`;
      const url = `${unversioned(endpoint(service, region, await keeper.token(signal), call))}/`;
      const outcome = await http.send({ method: 'GET', url, headers: {}, repeatable: true, signal });
      if ('notSent' in outcome) throw new OpenStackError({ code: 'not_sent', call, cause: outcome.notSent });
      if ('lostAnswer' in outcome) throw new OpenStackError({ code: 'lost_answer', call, cause: outcome.lostAnswer });
      const range = versionRange(outcome.answer.body);
      if (!range)
        throw new OpenStackError({ code: 'bad_answer', call, status: outcome.answer.status, fault: 'no versions in it' });
      return range;
    },
    close: () => http.close(),
  };
}
