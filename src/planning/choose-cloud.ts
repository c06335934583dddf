import { cloudOfChannel } from '../config/channel-cloud.ts';
import { type Choice, UserError } from '../errors.ts';
import type { Core } from '../process/core.ts';
import { code } from '../reply.ts';

export interface CloudAndRegions {
  cloud: string;
  /** Several where the line said `--region all`. */
  regions: readonly string[];
}

const ALL = 'all';

/** What was typed, else the channel's default, else OS_CLOUD's, else the only one there is; never a guess. Asks with buttons. */
export function chooseCloud(
  { config, clouds }: Pick<Core, 'config' | 'clouds'>,
  channel: string | undefined,
  asked: { cloud?: string; region?: string },
): CloudAndRegions {
  const { OS_CLOUD } = config.environment;
  // It may be left over from another tool's work on a cloud that is none of ours.
  const usual = OS_CLOUD !== undefined && clouds.names.includes(OS_CLOUD) ? OS_CLOUD : undefined;
  const configured = channel === undefined ? undefined : config.channels.clouds[channel];
  const ofChannel = configured === undefined ? undefined : cloudOfChannel(configured, clouds.names);
  const cloud = choose('cloud', clouds.names, asked.cloud ?? ofChannel?.cloud ?? usual);
  const regions = clouds.regionsOf(cloud);
  if (asked.region === ALL && !regions.includes(ALL)) return { cloud, regions };
  if (asked.region !== undefined && regions.every((name) => name === ''))
    throw new UserError(`${code(cloud)} has a single region without a name. Leave out ${code('--region')}.`);
  // The channel's region is one of the channel's cloud.
  const region = asked.region ?? (cloud === ofChannel?.cloud ? ofChannel.region : undefined);
  return { cloud, regions: [choose('region', regions, region, ` of ${code(cloud)}`)] };
}

/** What a line means that names none; undefined where it would be asked. */
export function usualCloud(core: Pick<Core, 'config' | 'clouds'>, channel: string | undefined): CloudAndRegions | undefined {
  try {
    return chooseCloud(core, channel, {});
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

/** As cards and answers name it: `prod/RegionOne+RegionTwo`. */
export function regionsInWords(regions: readonly string[]): string {
  return regions.join('+');
}

function choose(argument: 'cloud' | 'region', names: readonly string[], asked: string | undefined, of = ''): string {
  const [only, ...others] = names;
  if (asked === undefined && only !== undefined && others.length === 0) return only;
  if (asked !== undefined && names.includes(asked)) return asked;
  const offered = argument === 'region' && names.length > 1 ? [...names, ALL] : names;
  const choices = offered.map((name): Choice => ({ label: name, argument, value: name }));
  const type = offered.map((name) => code(`--${argument} ${name}`)).join(' or ');
  const question = `Which ${argument}${of}? Add ${type}.`;
  throw new UserError(asked === undefined ? question : `There is no ${argument} ${code(asked)}${of}. Type ${type}.`, { choices });
}
