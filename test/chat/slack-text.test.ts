import { describe, expect, it } from 'vitest';
import { parseLine } from '../../src/chat/parse.ts';
import { fromSlackText } from '../../src/chat/slack-text.ts';
import { someCommands } from './fixtures.ts';

describe('what Slack delivers is read as what was typed', () => {
  it.each([
    ['its three entities', 'a &amp; b &lt;c&gt;', 'a & b <c>'],
    ['an entity that was typed as one', '&amp;lt;', '&lt;'],
    [
      'a link that Slack drew around a host name',
      'server show <http://web-1.example.org|web-1.example.org>',
      'server show web-1.example.org',
    ],
    ['the same with capitals', '<http://Web-1.example.org|Web-1.Example.org>', 'Web-1.Example.org'],
    ['a host name with a port', '<http://web-1.example.org:8080/|web-1.example.org:8080>', 'web-1.example.org:8080'],
    ['a bare link', '<https://example.org/a?b=c&amp;d=e>', 'https://example.org/a?b=c&d=e'],
    ['a link with itself as label', '<https://example.org/a|https://example.org/a>', 'https://example.org/a'],
    ['a link with a label of its own', '<https://example.org/a|click here>', 'https://example.org/a'],
    ['an e-mail address', '<mailto:bob@example.org|bob@example.org>', 'bob@example.org'],
    ['an e-mail address without a label', '<mailto:bob@example.org>', 'bob@example.org'],
    ['a number taken for a telephone', '--lines <tel:2035550100|2035550100>', '--lines 2035550100'],
    ['a telephone number with spaces', '<tel:+4930123456|+49 30 123456>', '+49 30 123456'],
    ['a member', 'request list --user <@U012AB3CD>', 'request list --user U012AB3CD'],
    ['a member with a name, as slash commands deliver it', '<@U012AB3CD|bob>', 'U012AB3CD'],
    ['a channel', '<#C012AB3CD|ops>', 'C012AB3CD'],
    ['a channel without a name', '<#C012AB3CD|>', 'C012AB3CD'],
    ['a user group', '<!subteam^S012AB3CD|@oncall>', 'S012AB3CD'],
    ['everybody here', '<!here> and <!channel|@channel>', '@here and @channel'],
    ['a date', '<!date^1392734382^{date}|18 February>', '18 February'],
    ['an address with another scheme', '<ftp://example.org/x>', 'ftp://example.org/x'],
    ['non-breaking spaces', 'quota\u00A0show\u202Fdemo', 'quota show demo'],
    ['zero-width characters', 'quota\u200B show\uFEFF de\u2060mo\u200D', 'quota show demo'],
    ['characters that turn the direction of text', 'server show \u202Eweb-1\u202C', 'server show web-1'],
    ['line breaks', 'quota set demo\r\ncores=40\nram=80G', 'quota set demo cores=40 ram=80G'],
    ['code marks around a line', '`quota show demo`', 'quota show demo'],
    ['a code block around a line', '```\nquota show demo\n```', 'quota show demo'],
    ['what is no mark-up', 'a < b', 'a < b'],
  ])('%s', (_what, delivered, typed) => {
    expect(fromSlackText(delivered)).toBe(typed);
  });
});

describe('lines as real clients deliver them', () => {
  const registry = someCommands();
  const evacuate = { host: 'cmp-03', fenced: 'IPMI off', reason: 'PSU failed' };

  it.each([
    [
      'a Mac: curly quotes, and two hyphens drawn together',
      'host evacuate cmp-03 —fenced “IPMI off” —reason “PSU failed”',
      evacuate,
    ],
    [
      'a telephone: single curly quotes, en dashes, no-break space',
      'Host evacuate cmp-03\u00A0––fenced ‘IPMI off’ –reason=‘PSU failed’',
      evacuate,
    ],
    ['quotes of German and French keyboards', 'host evacuate cmp-03 --fenced „IPMI off“ --reason «PSU failed»', evacuate],
    [
      'quotes opened curly and closed straight, and the other way round',
      'host evacuate cmp-03 --fenced “IPMI off" --reason "PSU failed”',
      evacuate,
    ],
    [
      'Slack links the host name',
      'host evacuate <http://cmp-03.example.org|cmp-03.example.org> fenced=“IPMI off” reason="see <https://example.org/1?a=b&amp;c=d>"',
      { host: 'cmp-03.example.org', fenced: 'IPMI off', reason: 'see https://example.org/1?a=b&c=d' },
    ],
    [
      'apostrophes stay in the text',
      'host evacuate cmp-03 --fenced ‘it’s off’ --reason "Bob’s “PSU” can’t run…"',
      { host: 'cmp-03', fenced: 'it’s off', reason: 'Bob’s “PSU” can’t run…' },
    ],
    [
      'straight apostrophes in straight single quotes',
      "host evacuate cmp-03 --fenced 'it's off' --reason 'PSU – failed'",
      { host: 'cmp-03', fenced: "it's off", reason: 'PSU – failed' },
    ],
  ])('%s', (_what, delivered, args) => {
    expect(parseLine(fromSlackText(delivered), registry).args).toEqual(args);
  });

  it('a minus sign that a keyboard made long is still a minus', () => {
    expect(parseLine('quota set demo cores=–1 ram=−1 --floating-ips —1', registry).args).toMatchObject({
      cores: -1,
      ram: -1,
      floatingIps: -1,
    });
  });
});
