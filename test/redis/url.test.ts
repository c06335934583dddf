import { expect, it } from 'vitest';
import { describeAddress } from '../../src/redis/connection.ts';
import { parseRedisUrl } from '../../src/redis/url.ts';

it.each([
  ['redis://redis.example', { host: 'redis.example', port: 6379, db: 0, tls: false }],
  ['redis://:p%40ss@10.0.0.1:6380/2', { host: '10.0.0.1', port: 6380, password: 'p@ss', db: 2, tls: false }],
  ['rediss://bot:word@[fd00::1]:6379/0', { host: 'fd00::1', port: 6379, username: 'bot', password: 'word', db: 0, tls: true }],
  ['unix:///run/redis/redis.sock', { socket: '/run/redis/redis.sock', db: 0 }],
  ['unix:///run/a%20b/redis.sock?db=3', { socket: '/run/a b/redis.sock', db: 3 }],
  [
    'redis-sentinel://bot:word@one:26380,two,[fd00::3]:26381/stackhand/1',
    {
      sentinels: [
        { host: 'one', port: 26380 },
        { host: 'two', port: 26379 },
        { host: 'fd00::3', port: 26381 },
      ],
      name: 'stackhand',
      username: 'bot',
      password: 'word',
      db: 1,
      tls: false,
    },
  ],
  [
    'rediss-sentinel://one/stackhand?sentinelUsername=watch&sentinelPassword=w%26tch',
    {
      sentinels: [{ host: 'one', port: 26379 }],
      name: 'stackhand',
      sentinelUsername: 'watch',
      sentinelPassword: 'w&tch',
      db: 0,
      tls: true,
    },
  ],
])('takes %s apart', (url, address) => {
  expect(parseRedisUrl(url)).toEqual(address);
});

it.each([
  ['', 'does not begin with `redis://`'],
  ['hunter2', 'does not begin with `redis://`'],
  ['hunter2@redis.example:6379', 'does not begin with `redis://`'],
  ['http://:hunter2@redis.example', 'begins with `http://`'],
  ['redis://:hunter2', 'names no host'],
  ['redis://:hunter2/x@redis.example', 'names no host'],
  ['redis://bot:hunter2#x@redis.example', 'names no host'],
  ['redis://bot:12/hunter2@redis.example', 'has something other than a database number at its end'],
  ['redis://bot:12?hunter2@redis.example', 'has `?` or `#` in it'],
  ['redis://:hunter2%zz@redis.example', 'has a `%` that begins no percent code'],
  ['redis://:hunter2@redis.example/zero', 'has something other than a database number at its end'],
  ['redis://:hunter2@redis.example?family=6', 'has `?` or `#` in it'],
  ['unix://hunter2/redis.sock', 'names no absolute path'],
  ['unix:///redis.sock?password=hunter2', 'names no absolute path'],
  ['redis-sentinel://:hunter2@one:26379', "does not name the Sentinels and the master's name"],
  ['redis-sentinel://:hunter2/x@one/stackhand', "does not name the Sentinels and the master's name"],
  ['redis-sentinel://:hunter2@one:99999/stackhand', 'has a Sentinel that is not `host` or `host:port`'],
  ['redis-sentinel://:hunter2@one,,two/stackhand', 'has a Sentinel that is not `host` or `host:port`'],
  ['redis-sentinel://one/stackhand?hunter2=1', 'has an option that is not `sentinelUsername` or `sentinelPassword`'],
])('refuses %j without telling what is in it', (url, complaint) => {
  const error = thrown(() => parseRedisUrl(url));

  expect(error).toMatchObject({ name: 'UserError', message: expect.stringMatching(/^`REDIS_URL` /) });
  expect(error.message).toContain(complaint);
  expect(error.message).not.toContain('hunter2');
  expect(error.cause).toBeUndefined();
});

it.each([
  'redis://redis.example:6379/0',
  'rediss://redis.example:6379/2',
  'unix:///run/redis.sock',
  'redis-sentinel://one:26379,two:26379/stackhand/0',
])('describes %s as it was written, less the password', (url) => {
  expect(describeAddress(parseRedisUrl(url))).toBe(url);
  expect(describeAddress(parseRedisUrl(url.replace(/^(redis.*?):\/\//, '$1://bot:hunter2@')))).toBe(url);
});

function thrown(run: () => unknown): Error {
  try {
    run();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('nothing was thrown');
}
