import { composeLine } from '../chat/compose.ts';
import { type ParsedLine, parseLine } from '../chat/parse.ts';
import { UserError } from '../errors.ts';
import type { Registry } from '../registry.ts';
import type { Place, Request } from '../request.ts';
import { regionsInWords } from './choose-cloud.ts';
import type { Clouds } from './clouds.ts';

interface Known {
  registry: Registry;
  clouds: Pick<Clouds, 'names' | 'regionsOf'>;
}

/**
 * A request's line as it is to be typed in another place: where that may mean another cloud or region, it names those that the request was
 * for. As it was typed where that means the same.
 */
export function lineFor(request: Request, place: Place, { registry, clouds }: Known): string {
  const { line, cloud, region, place: own } = request;
  if (own.kind === 'channel' && place.kind === 'channel' && own.channel === place.channel) return line;
  if (cloud === undefined || region === undefined || !clouds.names.includes(cloud)) return line;
  const parsed = understood(line, registry);
  const named = parsed && registry.findCommand(parsed.name);
  // What stands for another line finds the cloud in the request that it is about.
  if (!named || named.command.cloud === false) return line;
  const regions = clouds.regionsOf(cloud);
  const one = regions.includes(region) ? region : regionsInWords(regions) === region ? 'all' : undefined;
  const missing: [string, string][] = [
    ...(clouds.names.length > 1 && !parsed.typed.has('cloud') ? [['cloud', cloud] as [string, string]] : []),
    ...(regions.length > 1 && one !== undefined && !parsed.typed.has('region') ? [['region', one] as [string, string]] : []),
  ];
  return missing.length === 0 ? line : composeLine(named, new Map([...parsed.typed, ...missing]));
}

/** Undefined where an older version took it, and this one would not. */
function understood(line: string, registry: Registry): ParsedLine | undefined {
  try {
    return parseLine(line, registry);
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}
