import type { CommandContext } from '../command-context.ts';
import { quote } from './tokenize.ts';

type Where = Pick<CommandContext, 'cloud' | 'region'>;

/** ` --cloud prod --region RegionOne`: for a line of ours that is kept, and may be sent from anywhere and when there are more clouds. */
export function typedWhere({ cloud, region }: Where): string {
  return ` --cloud ${quote(cloud)}${region === '' ? '' : ` --region ${quote(region)}`}`;
}

/** As much of it as there is to choose from: for a line that people read, and may type in another channel. */
export function typedWhereToChoose({ cloud, region, clouds: { all } }: Where & Pick<CommandContext, 'clouds'>): string {
  const regions = all.find((one) => one.cloud === cloud)?.regions ?? [];
  return `${all.length > 1 ? ` --cloud ${quote(cloud)}` : ''}${regions.length > 1 ? ` --region ${quote(region)}` : ''}`;
}
