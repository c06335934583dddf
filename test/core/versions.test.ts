import { describe, expect, it } from 'vitest';
import { startBot } from '../bot.ts';

describe('a change on a cloud whose services are older than its calls need', () => {
  it('is refused before anybody is asked to approve, naming what is needed and what is there', async () => {
    const bot = await startBot({ cloud: { microversions: { compute: ['2.1', '2.53'] } } });

    const said = await bot.say('bob', 'quota set alice-lab cores=40 --reason "ticket 4711"');
    expect(said).toBe(
      'This cloud is too old for that: it needs compute API version 2.57, and this cloud has 2.1 to 2.53. Nothing was changed.',
    );
    expect(bot.cloud.writes).toEqual([]);
  });

  it('goes ahead where what is old is not asked', async () => {
    const bot = await startBot({ cloud: { microversions: { compute: ['2.1', '2.53'] } } });

    await bot.say('bob', 'quota set alice-lab volumes=20 --reason "ticket 4711"');
    await bot.approve('alice');

    expect((await bot.until('done')).state).toBe('done');
  });
});
