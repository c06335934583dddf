import type { ChannelView, PersonView } from '../../protocol.ts';
import type { Seen } from './seen.ts';

/** The order of the story, then by name. */
const ORDER = ['ops', 'alerts', 'audit', 'random'];

export function channelsInOrder({ channels }: Seen): ChannelView[] {
  const rank = ({ name }: ChannelView): number => (ORDER.indexOf(name) + ORDER.length + 1) % (ORDER.length + 1);
  return [...channels.values()]
    .filter(({ kind }) => kind !== 'im')
    .sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
}

/** One's direct messages with the app. */
export function directOf({ channels, workspace }: Seen): ChannelView | undefined {
  return [...channels.values()].find((channel) => channel.kind === 'im' && channel.with === workspace?.bot);
}

/** The channel of an address; `home` and `stackhand` are both the app's direct messages. */
export function channelAt(seen: Seen, at: string): ChannelView | undefined {
  if (at === 'home' || at === 'stackhand') return directOf(seen);
  return seen.channels.get(at) ?? [...seen.channels.values()].find(({ name }) => name !== '' && name === at);
}

/** Those whom a visitor can be, in the order of the story. */
export function castOf({ people }: Seen): PersonView[] {
  const order = ['Operator', 'Approver', 'Viewer'];
  const rank = ({ title = '' }: PersonView): number => (order.indexOf(title) + order.length + 1) % (order.length + 1);
  return [...people.values()].filter(({ title }) => title !== undefined).sort((a, b) => rank(a) - rank(b));
}
