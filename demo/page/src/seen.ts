import type {
  AddressView,
  ChannelView,
  HomeView,
  HostView,
  MessageView,
  ModalView,
  PersonView,
  ServerView,
  SystemView,
  WorkspaceView,
} from '../../protocol.ts';

/** All that one person sees, put in order. */
export interface Seen {
  workspace: WorkspaceView | undefined;
  people: ReadonlyMap<string, PersonView>;
  channels: ReadonlyMap<string, ChannelView>;
  /** By channel, oldest first. */
  messages: ReadonlyMap<string, readonly MessageView[]>;
  modal: ModalView | null;
  home: HomeView | null;
  hosts: readonly HostView[];
  servers: readonly ServerView[];
  addresses: readonly AddressView[];
  system: SystemView | undefined;
}

export const NOTHING_YET: Seen = {
  workspace: undefined,
  people: new Map(),
  channels: new Map(),
  messages: new Map(),
  modal: null,
  home: null,
  hosts: [],
  servers: [],
  addresses: [],
  system: undefined,
};

/** Values keep their identity, so that what did not change is not drawn again. */
export function seenFrom(values: ReadonlyMap<string, unknown>): Seen {
  const all = <T>(prefix: string): T[] =>
    [...values].filter(([key]) => key.startsWith(`${prefix}/`)).map(([, value]) => value as T); // as protocol.ts says
  const messages = new Map<string, MessageView[]>();
  for (const message of all<MessageView>('message')) {
    const others = messages.get(message.channel);
    if (others) others.push(message);
    else messages.set(message.channel, [message]);
  }
  for (const list of messages.values()) list.sort((a, b) => (a.ts < b.ts ? -1 : 1));
  return {
    workspace: values.get('workspace') as WorkspaceView | undefined, // as protocol.ts says, and below
    people: new Map(all<PersonView>('person').map((one) => [one.id, one])),
    channels: new Map(all<ChannelView>('channel').map((one) => [one.id, one])),
    messages,
    modal: (values.get('modal') as ModalView | null | undefined) ?? null,
    home: (values.get('home') as HomeView | null | undefined) ?? null,
    hosts: all<HostView>('host').sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true })),
    servers: all<ServerView>('server').sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true })),
    addresses: all<AddressView>('address').sort((a, b) => a.address.localeCompare(b.address, 'en', { numeric: true })),
    system: values.get('system') as SystemView | undefined,
  };
}

/** What stands in the channel itself, without the replies in threads. */
export function mainView(messages: readonly MessageView[]): MessageView[] {
  return messages.filter(({ threadTs, broadcast }) => threadTs === undefined || broadcast);
}

export function repliesTo(messages: readonly MessageView[], ts: string): MessageView[] {
  return messages.filter(({ threadTs }) => threadTs === ts);
}

/** `#ops`, or the other one's name in direct messages. */
export function nameOfChannel({ people }: Seen, channel: ChannelView): string {
  if (channel.kind !== 'im') return `#${channel.name}`;
  return people.get(channel.with ?? '')?.realName ?? 'Direct message';
}
