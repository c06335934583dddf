import { SWITCHES } from './breakage.ts';
import { isDown } from './cloud/nova-services.ts';
import type { CloudState } from './cloud/state.ts';
import type { Demo } from './demo.ts';
import { CAST } from './people.ts';
import type {
  AddressView,
  HostView,
  MessageView,
  PersonView,
  ServerView,
  SystemView,
  Values,
  WorkspaceView,
} from './protocol.ts';
import type { Channel, Message, User, View, Workspace } from './workspace/model.ts';
import { pings } from './workspace/pings.ts';

/** More of a channel than anybody scrolls back through. */
const MESSAGES_SHOWN = 150;

/** All that the page shows of one person's workspace, and of the cloud beside it. */
export function valuesFor(demo: Demo, user: User): Values {
  const { workspace } = demo.slack;
  const home = workspace.views.get(workspace.homes.get(user.id) ?? '');
  const modal = workspace.views.get(workspace.modals.get(user.id)?.at(-1) ?? '');
  const values: Values = {
    workspace: workspaceView(demo, user),
    modal: modal ? modalView(modal) : null,
    home: home ? { id: home.id, blocks: home.blocks } : null,
    system: systemView(demo),
  };
  for (const one of workspace.users.values()) values[`person/${one.id}`] = personView(workspace, one);
  for (const channel of workspace.channels.values()) {
    if (!channel.members.has(user.id)) continue;
    values[`channel/${channel.id}`] = channelView(channel, user);
    for (const message of messagesShown(workspace, channel, user)) {
      values[`message/${channel.id}/${message.ts}`] = messageView(workspace, message, user);
    }
  }
  addCloud(values, demo.cloud.state, demo);
  return values;
}

function workspaceView({ slack: { workspace }, commands }: Demo, user: User): WorkspaceView {
  const groups = [...workspace.groups.values()].map(({ id, handle, users }) => [id, { handle, users }] as const);
  return {
    me: user.id,
    bot: workspace.app.botUserId,
    slash: workspace.app.command,
    groups: Object.fromEntries(groups),
    permalinks: `https://${workspace.team.domain}.slack.example/archives/`,
    commands,
  };
}

function personView(workspace: Workspace, user: User): PersonView {
  const { id, name, realName, isBot, teamId } = user;
  const view = { id, name, realName, isBot, isStranger: teamId !== workspace.team.id };
  const title = CAST.find((one) => one.name === name)?.title;
  if (title === undefined) return view;
  const wanted = workspace.messages.findLast((message) => wants(workspace, message, user));
  return { ...view, title, ...(wanted ? { wanted: { channel: wanted.channel, ts: wanted.ts } } : {}) };
}

/** Whether a message calls somebody: it mentions them or a group of theirs, or the app wrote it to them directly. */
function wants(workspace: Workspace, message: Message, user: User): boolean {
  const { channel, deleted, ephemeralTo, user: author } = message;
  const place = workspace.channels.get(channel);
  if (deleted || author === user.id || !place?.members.has(user.id)) return false;
  if (ephemeralTo !== undefined && ephemeralTo !== user.id) return false;
  return place.kind === 'im' || pingsOf(workspace, message, user);
}

function pingsOf(workspace: Workspace, message: Message, user: User): boolean {
  const pinged = pings(message, (id) => id);
  const groups = [...workspace.groups.values()].filter(({ users }) => users.includes(user.id)).map(({ id }) => id);
  return [user.id, ...groups].some((id) => pinged.includes(`@${id}`));
}

function channelView({ id, name, kind, members }: Channel, user: User): Values[`channel/${string}`] {
  const other = kind === 'im' ? [...members].find((member) => member !== user.id) : undefined;
  return { id, name, kind, members: [...members], ...(other === undefined ? {} : { with: other }) };
}

function messagesShown(workspace: Workspace, channel: Channel, user: User): Message[] {
  const sees = ({ channel: id, deleted, ephemeralTo }: Message): boolean =>
    id === channel.id && !deleted && (ephemeralTo === undefined || ephemeralTo === user.id);
  return workspace.messages.filter(sees).slice(-MESSAGES_SHOWN);
}

function messageView(workspace: Workspace, message: Message, user: User): MessageView {
  const { channel, ts, user: author, text, blocks, edited, threadTs, broadcast, files } = message;
  return {
    ...{ channel, ts, user: author, text, blocks, edited },
    ...(threadTs === undefined ? {} : { threadTs }),
    ...(broadcast ? { broadcast } : {}),
    onlyYou: message.ephemeralTo !== undefined,
    pingsMe: author !== user.id && pingsOf(workspace, message, user),
    files: files.map(({ id, name, title, content, length }) => ({ id, name, title, bytes: content?.length ?? length })),
  };
}

function modalView({ id, definition, blocks, errors }: View): NonNullable<Values['modal']> {
  const words = (key: string, otherwise: string): string => (definition[key] as { text?: string } | undefined)?.text ?? otherwise; // a text object, as it was checked
  return { id, title: words('title', ''), submit: words('submit', ''), close: words('close', 'Close'), blocks, errors };
}

function systemView({ bot, slack, cloud, breakage, alertmanager }: Demo): SystemView {
  // One for each, so that the object has them all.
  const switches = Object.fromEntries(SWITCHES.map((which) => [which, breakage.isOn(which)])) as SystemView['switches'];
  return {
    ...{ bot: bot.state, connections: slack.connections, switches, storming: alertmanager.storming },
    ...{ calls: cloud.calls.length, writes: cloud.writes.length },
  };
}

function addCloud(values: Values, state: CloudState, { power }: Demo): void {
  const projects = new Map(state.projects.map(({ id, name }) => [id, name]));
  const ports = new Map(state.ports.map(({ id, deviceId }) => [id, deviceId]));
  const names = new Map(state.servers.map(({ id, name }) => [id, name]));
  for (const host of state.hosts) values[`host/${host.name}`] = hostView(state, host, power.isOff(host.name));
  for (const server of state.servers) values[`server/${server.id}`] = serverView(server, projects.get(server.projectId) ?? '');
  for (const { id, address, projectId, portId, portForwardings, tags, description } of state.floatingIps) {
    const target = portId ?? portForwardings[0]?.internalPortId ?? '';
    const view: AddressView = {
      ...{ id, address, project: projects.get(projectId) ?? '', server: names.get(ports.get(target) ?? '') ?? null },
      kept: tags.includes('keep') || description !== '',
    };
    values[`address/${id}`] = view;
  }
}

function hostView(state: CloudState, host: CloudState['hosts'][number], off: boolean): HostView {
  const here = state.servers.filter((server) => server.host === host.name);
  const sum = (of: (server: CloudState['servers'][number]) => number): number => here.reduce((all, one) => all + of(one), 0);
  const { VCPU, MEMORY_MB } = state.allocationRatios;
  return {
    ...{ name: host.name, zone: host.zone, status: host.status, reason: host.disabledReason, forcedDown: host.forcedDown },
    state: isDown(host) ? 'down' : 'up',
    power: off ? 'off' : 'on',
    vcpus: { used: sum(({ flavor }) => flavor.vcpus), total: host.vcpus * VCPU },
    ramMiB: { used: sum(({ flavor }) => flavor.ramMiB), total: host.memoryMiB * MEMORY_MB },
  };
}

function serverView(server: CloudState['servers'][number], project: string): ServerView {
  const { id, name, status, taskState: task, host, flavor, imageId, fault } = server;
  return {
    ...{ id, name, status, task, project, host, flavor: flavor.name, vcpus: flavor.vcpus, ramMiB: flavor.ramMiB },
    ...{ onVolume: imageId === null, fault: status === 'ERROR' ? (fault?.message ?? null) : null },
  };
}
