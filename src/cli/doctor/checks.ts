import { pino } from 'pino';
import type { readConfig } from '../../config.ts';
import type { Check } from '../doctor.ts';
import { checkAlerts } from './alerts.ts';
import { checkClouds } from './clouds.ts';
import { checkConfig, checkNode, checkStateFolder } from './here.ts';
import { checkTheRedis } from './redis.ts';
import { checkSlack } from './slack.ts';

/** What doctor looks at, in the order in which it tells of it. */
export function checksOf(read: ReturnType<typeof readConfig<'cli'>>, registryRoot: string | undefined): Check[] {
  const log = pino({ level: 'silent' });
  const { environment = { LOG_LEVEL: 'info' }, config } = read;
  return [
    checkNode(),
    checkConfig(read, registryRoot),
    ...checkSlack(environment, config, log),
    checkAlerts(environment, config),
    checkTheRedis(environment, log),
    checkStateFolder(environment),
    ...checkClouds(config, environment),
  ];
}
