import { expect, it } from 'vitest';
import { toyBot } from '../bot.ts';

it('/metrics tells of lines, of requests that ended, and of calls to OpenStack', async () => {
  const bot = await toyBot();
  await bot.say('bob', 'cores show demo');
  await bot.until('answered');

  const metrics = await (await fetch(`http://127.0.0.1:${bot.running.port}/metrics`)).text();

  expect(metrics).toContain('stackhand_lines_total{entry="slash",outcome="taken"} 1');
  expect(metrics).toContain('stackhand_requests_ended_total{command="cores show",effect="read",state="answered"} 1');
  expect(metrics).toMatch(/stackhand_openstack_call_seconds_count\{cloud="prod",service="compute",method="GET",status="200"\} 1/);
});
