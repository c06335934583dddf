import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkAgainstRegistry, loadConfig, type Role } from '../../src/config.ts';
import { Environment } from '../../src/config-schema.ts';
import { loadRegistry } from '../../src/registry.ts';
import { GOOD, inFile, load, problemsIn } from './problems.ts';

const SLACK_SIGNING_SECRET = '0123456789abcdef0123456789abcdef';
const TOKENS = { SLACK_BOT_TOKEN: 'xoxb-1-secret', SLACK_APP_TOKEN: 'xapp-1-secret' };

describe('the environment', () => {
  const start = (role: Role, env: Record<string, string>) =>
    problemsIn(() => loadConfig({ role, env: { ...env, STACKHAND_CONFIG: inFile(GOOD) } }));

  it('asks Slack tokens only of who speaks with Slack', () => {
    expect(start('cli', {})).toEqual([]);
    expect(start('worker', { SLACK_BOT_TOKEN: TOKENS.SLACK_BOT_TOKEN })).toEqual([]);
    expect(start('all', {})).toMatchInlineSnapshot(`
      [
        "environment: SLACK_BOT_TOKEN is missing; .env.example says where to get it",
        "environment: SLACK_APP_TOKEN (for Socket Mode) or SLACK_SIGNING_SECRET (for signed HTTP) is missing; .env.example says where to get them",
      ]
    `);
    expect(start('gateway', TOKENS)).toEqual([]);
  });

  it('takes either an app token or a signing secret, and says what to remove where both are set', () => {
    const { SLACK_BOT_TOKEN, SLACK_APP_TOKEN } = TOKENS;

    expect(start('all', { SLACK_BOT_TOKEN, SLACK_SIGNING_SECRET })).toEqual([]);
    expect(start('all', { SLACK_BOT_TOKEN, SLACK_APP_TOKEN: '', SLACK_SIGNING_SECRET })).toEqual([]);
    expect(start('gateway', { ...TOKENS, SLACK_SIGNING_SECRET })).toMatchInlineSnapshot(`
      [
        "environment: SLACK_APP_TOKEN and SLACK_SIGNING_SECRET are both set; remove SLACK_SIGNING_SECRET to listen by Socket Mode, or SLACK_APP_TOKEN to have Slack post to http.port",
      ]
    `);
    // A worker or a terminal listens to nobody, so it may have the environment of whoever does.
    expect([start('worker', { SLACK_BOT_TOKEN, SLACK_APP_TOKEN, SLACK_SIGNING_SECRET }), start('cli', {})]).toEqual([[], []]);
  });

  it('never shows a value, whatever is wrong with it', () => {
    const problems = start('all', {
      SLACK_BOT_TOKEN: 'xoxp-hunter2',
      SLACK_APP_TOKEN: 'hunter2',
      SLACK_SIGNING_SECRET: 'hunter2',
      SLACK_API_URL: 'hunter2',
      LOG_LEVEL: 'hunter2',
    });

    expect(problems).toMatchInlineSnapshot(`
      [
        "environment: SLACK_BOT_TOKEN should be the bot token, which begins with xoxb-",
        "environment: SLACK_APP_TOKEN should be the app-level token with connections:write, which begins with xapp-",
        "environment: SLACK_SIGNING_SECRET should be the signing secret, which has 32 digits from 0 to 9 and a to f",
        "environment: SLACK_API_URL should be an address such as https://slack.com/api/",
        "environment: LOG_LEVEL should be one of trace, debug, info, warn, error, fatal",
        "environment: SLACK_APP_TOKEN and SLACK_SIGNING_SECRET are both set; remove SLACK_SIGNING_SECRET to listen by Socket Mode, or SLACK_APP_TOKEN to have Slack post to http.port",
      ]
    `);
    expect(problems.join()).not.toContain('hunter2');
  });

  it('takes an empty variable for none, and names one that is mistyped', () => {
    expect(start('cli', { REDIS_URL: '', SLACK_BOT_TOKEN: '' })).toEqual([]);
    expect(start('cli', { STACKHAND_STAT: '/var/lib/stackhand' })).toMatchInlineSnapshot(`
      [
        "environment: there is no STACKHAND_STAT; did you mean "STACKHAND_STATE"?",
      ]
    `);
  });

  it('is what .env.example explains, variable for variable', () => {
    const named = [...readFileSync('.env.example', 'utf8').matchAll(/^(?:# )?([A-Z_]+)=/gm)].map(([, name]) => name);

    expect(named.sort()).toEqual(Object.keys(Environment.shape).sort());
  });
});

describe('stackhand.example.yaml', () => {
  const example = readFileSync('stackhand.example.yaml', 'utf8');

  it('loads without a problem or a warning', () => {
    expect(load(example).warnings).toEqual([]);
  });

  it('fits the commands that there are', async () => {
    const { commands } = await loadRegistry();

    expect(problemsIn(() => checkAgainstRegistry(load(example), commands))).toEqual([]);
  });

  it('writes out the shipped defaults and limits as they are', () => {
    const { defaults, limits, http } = load(example);
    const bare = load(example.replace(/^(defaults|limits|http):\n(( {2}.*|#.*)?\n)*/gm, ''));

    expect(bare).toMatchObject({ defaults, limits, http });
  });

  it('loads with all that it shows in comments', () => {
    const [before, commented = '', after] = example.split(/( {2}# - roles:[\s\S]*)(?=# Who approves)/);
    const owners = after?.replace(/^# (breakGlass:)\n# ( {2}owners:)/m, '$1\n$2');
    const shown = [before, commented.replace(/^ {2}# /gm, '  '), owners].join('');

    expect(shown).toContain('\n  - roles: [operator]\n    commands: ["*"]\n    targets: ["project:payments"]\n    deny: true\n');
    expect(load(shown).rules).toHaveLength(8);
    expect(load(shown).breakGlass?.owners).toHaveLength(2);
  });
});
