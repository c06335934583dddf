import { UserError } from '../errors.ts';
import type { Core } from '../process/core.ts';
import { code } from '../reply.ts';

export interface CloudAndRegion {
  cloud: string;
  region: string;
}

/** What was typed, else the channel's default, else OS_CLOUD's, else the only one there is; never a guess. */
export function chooseCloud(
  { config, clouds }: Pick<Core, 'config' | 'clouds'>,
  channel: string | undefined,
  asked: { cloud?: string; region?: string },
): CloudAndRegion {
  const { OS_CLOUD } = config.environment;
  // It may be left over from another tool's work on a cloud that is none of ours.
  const usual = OS_CLOUD !== undefined && clouds.names.includes(OS_CLOUD) ? OS_CLOUD : undefined;
  const cloud = asked.cloud ?? (channel === undefined ? undefined : config.channels.clouds[channel]) ?? usual;
  const known = choose('cloud', 'Which cloud?', clouds.names, cloud);
  const region = choose('region', `Which region of ${code(known)}?`, clouds.regionsOf(known), asked.region);
  return { cloud: known, region };
}

function choose(what: 'cloud' | 'region', question: string, names: readonly string[], asked: string | undefined): string {
  const [only, ...others] = names;
  if (asked === undefined && only !== undefined && others.length === 0) return only;
  if (asked !== undefined && names.includes(asked)) return asked;
  const type = names.map((name) => code(`--${what} ${name}`)).join(' or ');
  throw new UserError(asked === undefined ? `${question} Add ${type}.` : `There is no ${what} ${code(asked)}. Type ${type}.`);
}
