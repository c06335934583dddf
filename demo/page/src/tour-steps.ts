import type { Act } from '../../protocol.ts';

/** What one step waits for: words in a message of a channel, posted or changed since the step began. */
export interface Until {
  at: string;
  reads: RegExp;
}

/** One thing to do in a step: a line that types itself, something to press by oneself, or something that breaks. */
export interface TourAct {
  as: string;
  at: string;
  text: string;
  /** Different in each round, so that a second tour has something to do. */
  line?(round: number): string;
  breaks?: { label: string; act: Act };
  until: Until;
}

export interface TourStep {
  title: string;
  /** The command it is about: where the bot does not have it, the step is left out. */
  needs: string;
  acts: TourAct[];
}

const quotaBump: TourStep = {
  title: 'Raise a quota',
  needs: 'quota set',
  acts: [
    {
      as: 'bob',
      at: 'ops',
      text: 'Bob asks for more cores for a project. Nothing changes yet: the line becomes a plan.',
      line: (round) =>
        `/stack quota set physics cores=${64 + 8 * round} ram=${128 + 16 * round}G --reason "grant 4711 starts on Monday"`,
      until: { at: 'ops', reads: /waits for approval/ },
    },
    {
      as: 'alice',
      at: 'ops',
      text: 'Alice approves. Her vote is for exactly what the card shows. Press Approve on it.',
      until: { at: 'ops', reads: /R-\d+ is done/ },
    },
  ],
};

const consoleLog: TourStep = {
  title: 'Read a console',
  needs: 'console log show',
  acts: [
    {
      as: 'bob',
      at: 'ops',
      text: 'A database does not come up. Tenants’ secrets may stand in a console, so it goes to Bob’s direct messages alone.',
      line: () => '/stack console log show db-2',
      until: { at: 'stackhand', reads: /[Kk]ernel panic/ },
    },
  ],
};

const cleanup: TourStep = {
  title: 'Clean up floating IPs',
  needs: 'floating ip cleanup',
  acts: [
    {
      as: 'bob',
      at: 'ops',
      text: 'Addresses that lead nowhere cost money. Whose they are, and since when they are idle, stands in the plan.',
      // Fewer each time, as long as there are some.
      line: (round) => `/stack floating ip cleanup --unused-for ${Math.max(1, 34 - 6 * round)}d --reason "monthly cleanup"`,
      until: { at: 'ops', reads: /Delete \d+ floating IPs?/ },
    },
    {
      as: 'bob',
      at: 'ops',
      text: 'What cannot be brought back is typed. Press Type the target on the card, and type the number of addresses as it says.',
      until: { at: 'ops', reads: /waits for approval.*Delete \d+ floating IP/s },
    },
    {
      as: 'alice',
      at: 'ops',
      text: 'It takes two votes, and Bob’s counts for none. Alice presses Approve.',
      until: { at: 'ops', reads: /Delete \d+ floating IP.*alice approved|alice approved.*Delete \d+ floating IP/s },
    },
    {
      as: 'carol',
      at: 'ops',
      text: 'And Carol. Each address is looked at once more before it is deleted; see them go in the panel.',
      until: { at: 'ops', reads: /is (partly )?done.*floating IP/s },
    },
  ],
};

const evacuation: TourStep = {
  title: 'Lose a host',
  needs: 'host evacuate',
  acts: [
    {
      as: 'bob',
      at: 'alerts',
      text: 'A power supply breaks. The monitoring notices within seconds.',
      breaks: { label: 'Cut the power of c03', act: { kind: 'power', host: 'c03', on: false } },
      until: { at: 'alerts', reads: /FIRING.*HostDown.*c03/s },
    },
    {
      as: 'bob',
      at: 'ops',
      text: 'Bob asks for an evacuation, and says how he knows that the host is off. The plan shows what moves, and what cannot.',
      line: () => '/stack host evacuate c03 --fenced "IPMI says off, looked at by Bob" --reason "PSU failed"',
      until: { at: 'ops', reads: /rebuild \d+ servers?/ },
    },
    {
      as: 'bob',
      at: 'ops',
      text: 'Nobody evacuates the wrong host by a slip: Bob presses Type the target, and types c03.',
      until: { at: 'ops', reads: /waits for approval.*rebuild \d+ servers?/s },
    },
    {
      as: 'alice',
      at: 'ops',
      text: 'Alice reads the three facts on the card and presses Approve.',
      until: { at: 'ops', reads: /rebuild \d+ servers?.*alice approved|alice approved.*rebuild \d+ servers?/s },
    },
    {
      as: 'carol',
      at: 'ops',
      text: 'Carol, too. Then the servers appear on other hosts, one by one: watch the panel.',
      until: { at: 'ops', reads: /is (partly )?done.*servers? of c03/s },
    },
  ],
};

const storm: TourStep = {
  title: 'Stay calm in a storm',
  needs: 'help',
  acts: [
    {
      as: 'bob',
      at: 'alerts',
      text: 'A rack switch breaks, and 48 alerts come at once. They become three cards, which are kept up to date until all is well.',
      breaks: { label: 'Break the switch of rack 2', act: { kind: 'press', what: 'alert storm' } },
      until: { at: 'alerts', reads: /BGPSessionDown|TargetDown/ },
    },
  ],
};

export const TOUR: readonly TourStep[] = [quotaBump, consoleLog, cleanup, evacuation, storm];
