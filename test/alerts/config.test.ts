import { expect, it } from 'vitest';
import { loadConfig } from '../../src/config.ts';
import { GOOD, inFile, load, problemsIn, problemsOf } from '../config/problems.ts';

const TOKEN = 'a-token-that-is-long-enough';

it('alerts need no more than a channel', () => {
  expect(load(`${GOOD}alerts: { channel: C0ALERTS }\n`).alerts).toEqual({
    channel: 'C0ALERTS',
    routes: [],
    mention: {},
    links: [],
    shown: 10,
    unheardAfter: 90_000_000,
  });
});

it('what is wrong in alerts is named with its line, and what was meant', () => {
  expect(
    problemsOf(`${GOOD}alerts:
  chanel: C0ALERTS
  routes:
    - match: { Severity-Level: critical, host: "*-01" }
      channel: "#network"
    - match: {}
      channel: C0OTHER
      mention: { critical: ["@oncall"] }
  mention: { critical: oncall }
  links: [prometheus.example.org, "https://user:hunter2@wiki.example.org/"]
  shown: 100
  unheardAfter: a day
`).join('\n'),
  ).toMatchInlineSnapshot(`
    "stackhand.yaml:9: alerts.channel: is missing
    stackhand.yaml:10: alerts.chanel: there is no such key here; did you mean "channel"?
    stackhand.yaml:12: alerts.routes[0].match.Severity-Level: "Severity-Level" should be the name of a label, such as severity
    stackhand.yaml:12: alerts.routes[0].match.host: "*-01" should be the value of a label, such as critical or prod-*, with a star at its end or nowhere
    stackhand.yaml:13: alerts.routes[0].channel: "#network" should be a Slack channel ID such as C012AB3CD (channel name › bottom of About), not a name
    stackhand.yaml:14: alerts.routes[1].match: should name a label; what fits no route goes to alerts.channel
    stackhand.yaml:16: alerts.routes[1].mention.critical[0]: "@oncall" should be a Slack user group ID such as S012AB3CD, or a member ID such as U012AB3CD, not a name
    stackhand.yaml:17: alerts.mention.critical: should be a list, and is text
    stackhand.yaml:18: alerts.links[0]: "prometheus.example.org" should be the beginning of an address, such as https://prometheus.example.org
    stackhand.yaml:18: alerts.links[1]: (a value that looks like a secret) should be the beginning of an address, such as https://prometheus.example.org
    stackhand.yaml:19: alerts.shown: should be at most 25
    stackhand.yaml:20: alerts.unheardAfter: "a day" should be a duration such as 90s, 30m, 24h or 7d"
  `);
});

it('a route that another one hides is warned of', () => {
  const { warnings } = load(`${GOOD}alerts:
  channel: C0ALERTS
  routes:
    - { match: { severity: critical, team: a }, channel: C0ONE }
    - { match: { team: a, severity: critical }, channel: C0OTHER }
`);

  expect(warnings.map((warning) => warning.replace(/^.*(?=stackhand\.yaml)/, ''))).toMatchInlineSnapshot(`
    [
      "stackhand.yaml:13: alerts.routes[1]: matches the same as routes[0], so nothing comes here",
    ]
  `);
});

it('a token without a channel refuses to start, and so does a short one, which is not shown', () => {
  const start = (yaml: string, token: string): readonly string[] =>
    problemsIn(() => loadConfig({ role: 'cli', env: { ALERTS_TOKEN: token }, file: inFile(yaml) })).map((problem) =>
      problem.replace(/ \S*(?=stackhand\.yaml)/, ' '),
    );

  expect(start(`${GOOD}alerts: { channel: C0ALERTS }\n`, TOKEN)).toEqual([]);
  expect(start(GOOD, TOKEN)).toMatchInlineSnapshot(`
    [
      "environment: ALERTS_TOKEN is set, and stackhand.yaml does not say where alerts go: add alerts.channel, or unset it",
    ]
  `);
  expect(start(GOOD, 'hunter2')).toMatchInlineSnapshot(`
    [
      "environment: ALERTS_TOKEN should be at least 24 characters without spaces, such as \`openssl rand -hex 24\` makes",
    ]
  `);
});
