/** Every key of ours, in one place. `prefix` keeps several Stackhands (and tests) apart in one Redis. */
export interface Keys {
  /** Counter of request numbers; the first is R-1001. */
  number: string;
  clickNumber: string;
  /** Growing tokens of leases. */
  token: string;
  /** Set while Redis is nearly full: no new lines. */
  full: string;
  /** What was last said about Redis's memory: the level, that of the message, and when that was posted. */
  memoryLevel: string;
  /** Open requests, by the time they came to their state. */
  open: string;
  /** Clicks taken and not yet handled: id → JSON. */
  clicks: string;
  /** What a click at a terminal came to, for that terminal to read. */
  clickAnswer(click: number): string;
  /** All requests by number, for `request list`. */
  byNumber: string;
  /** `<number>|<kind>` by the time it is due. */
  timers: string;
  /** Who looks at their Home, by when they opened it or clicked in it. */
  homes: string;
  /** Whoever holds it publishes Homes. */
  homePublisher: string;
  /** Ended requests whose audit is not in the global chain yet. */
  unsealed: string;
  /** The global chain, oldest first, and its head. */
  sealed: string;
  sealedHead: string;
  /**
   * Hash: the last `day` that was closed, the last file's `hash`, how many entries of the global chain are `written`, and the chain's
   * hash before its first entry left (`trimmed`).
   */
  auditFiles: string;
  /** Hash: each day that was written → its file's hash, `@`, and the machine that has it. */
  auditDays: string;
  /** What is to be said, by when it is due, a set per priority. */
  outbox(priority: number): string;
  dedupe(key: string): string;
  /** Hash: doc, head, state. */
  request(number: number): string;
  audit(number: number): string;
  lease(number: number): string;
  lock(name: string): string;
  waiters(lock: string): string;
  message(id: string): string;
  flushing(thread: string): string;
  alertNumber: string;
  /** Hash: doc, revision. */
  alert(number: number): string;
  /** The number of the group with this receiver and group key, hashed. */
  alertOf(hash: string): string;
  /** Groups that fire, since when. */
  alertsOpen: string;
  /** Groups to be looked at though nobody tells of them, by when. */
  alertsDue: string;
  /** A user's ended plans, by when they ended: the newest ones, for their Home. */
  endedOf(user: string): string;
  /** Hash of a user's Home: how often it was `asked` for, and what of it was `shown`. */
  home(user: string): string;
  /** Heartbeats of workers, and of gateways that Slack can reach. */
  workers: string;
  gateways: string;
  /** Whoever holds it sweeps. */
  sweeper: string;
  /** Pub/sub: something new is in the outbox. */
  kick: string;
  /** What is to go back of a request's change in a region: JSON. */
  revert(request: number, region: string): string;
  /** Set: values of it that somebody has decided about since. */
  revertEnded(request: number, region: string): string;
  /** Set: `<request>/<region>` of the reverts that touch this lock's target. */
  revertsOf(lock: string): string;
  /** Set: the requests that follow from it. */
  childrenOf(number: number): string;
  /** List: a whole answer in packed parts, for turning its pages or for a terminal; what an attempt at its request came to. */
  answer(number: number, attempt: number): string;
  /** Hash: `<number>/<attempt>` of each of them → how many bytes it has, and until when. */
  answers: string;
  /** Names for completion, of a cloud, region and type. */
  names(cloud: string, region: string, type: string): string;
  /** There while the names are fresh enough. */
  namesFresh(cloud: string, region: string, type: string): string;
  /** Which names somebody is about to ask for, by when they last did. */
  namesWanted: string;
  /** The open request that does just this. */
  same(what: string): string;
  /** Members of a Slack user group, as Slack last told them: JSON. */
  group(id: string): string;
  /** Whoever looks, or looked last; there until the next look is due. */
  check(name: string, cloud: string, region: string): string;
  /** Hash: what a check keeps of a cloud and region for commands. */
  seen(check: string, cloud: string, region: string): string;
  /** Who froze it, when, why: JSON. */
  freeze(cloud: string): string;
  /** What was found down at once, when: JSON. */
  brake(cloud: string): string;
  /** Sorted set: services and agents that were found down lately, by when they last were. */
  downSeen(cloud: string, region: string): string;
  /** Set: those that people knew to be down when they lifted the brake. */
  downKnown(cloud: string, region: string): string;
}

export function keysOf(prefix: string): Keys {
  const key = (...parts: (string | number)[]): string => [prefix, ...parts].join(':');
  return {
    number: key('number'),
    clickNumber: key('click-number'),
    token: key('token'),
    full: key('full'),
    memoryLevel: key('memory-level'),
    open: key('open'),
    clicks: key('clicks'),
    clickAnswer: (click) => key('click-answer', click),
    byNumber: key('by-number'),
    timers: key('timers'),
    homes: key('homes'),
    homePublisher: key('home-publisher'),
    unsealed: key('unsealed'),
    sealed: key('sealed'),
    sealedHead: key('sealed-head'),
    auditFiles: key('audit-files'),
    auditDays: key('audit-days'),
    outbox: (priority) => key('outbox', priority),
    dedupe: (name) => key('dedupe', name),
    request: (number) => key('request', number),
    audit: (number) => key('audit', number),
    lease: (number) => key('lease', number),
    lock: (name) => key('lock', name),
    waiters: (lock) => key('waiters', lock),
    message: (id) => key('message', id),
    flushing: (thread) => key('flushing', thread),
    alertNumber: key('alert-number'),
    alert: (number) => key('alert', number),
    alertOf: (hash) => key('alert-of', hash),
    alertsOpen: key('alerts-open'),
    alertsDue: key('alerts-due'),
    endedOf: (user) => key('ended-of', user),
    home: (user) => key('home', user),
    workers: key('workers'),
    gateways: key('gateways'),
    sweeper: key('sweeper'),
    kick: key('kick'),
    revert: (request, region) => key('revert', request, region),
    revertEnded: (request, region) => key('revert-ended', request, region),
    revertsOf: (lock) => key('reverts-of', lock),
    childrenOf: (number) => key('children-of', number),
    answer: (number, attempt) => key('answer', number, attempt),
    answers: key('answers'),
    names: (cloud, region, type) => key('names', cloud, region, type),
    namesFresh: (cloud, region, type) => key('names-fresh', cloud, region, type),
    namesWanted: key('names-wanted'),
    same: (what) => key('same', what),
    group: (id) => key('group', id),
    check: (name, cloud, region) => key('check', name, cloud, region),
    seen: (check, cloud, region) => key('seen', check, cloud, region),
    freeze: (cloud) => key('freeze', cloud),
    brake: (cloud) => key('brake', cloud),
    downSeen: (cloud, region) => key('down-seen', cloud, region),
    downKnown: (cloud, region) => key('down-known', cloud, region),
  };
}
