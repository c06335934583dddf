"""Stands in for Neutron's agents on hosts that nobody has, so that ports can be bound and come up.

It reports the state of an Open vSwitch agent on every compute host and on the network host, and of an L3, a DHCP and a
metadata agent on the network host. It answers the notifications that make ports and floating IPs ACTIVE. Neutron's
server is Debian's, and believes it.

A file STATE/agents-paused/<host> silences that host's agents: after agent_down_time they are not alive, and ports can
no longer be bound there.
"""
from neutron.common import eventlet_utils
eventlet_utils.monkey_patch()  # before everything else is imported

import os
import time

import eventlet
from neutron.agent import rpc as agent_rpc
from neutron.common import config
from neutron.conf.agent import common as agent_conf
from neutron_lib import constants
from neutron_lib import context
from neutron_lib import rpc
from neutron_lib.agent import topics
from oslo_config import cfg
import oslo_messaging

STATE = os.environ['CLOUD_STATE']
COMPUTE_HOSTS = os.environ['COMPUTE_HOSTS'].split()
NETWORK_HOST = os.environ['NETWORK_HOST']
SECONDS_BETWEEN_REPORTS = 15


def paused(host):
    return os.path.exists(os.path.join(STATE, 'agents-paused', host))


def log(*words):
    print(time.strftime('%H:%M:%S'), *words, flush=True)


def open_vswitch_agent(host):
    return {
        'binary': 'neutron-openvswitch-agent', 'host': host, 'topic': 'N/A', 'agent_type': constants.AGENT_TYPE_OVS,
        'configurations': {
            'bridge_mappings': {'physnet1': 'br-ex'}, 'tunnel_types': ['vxlan'], 'tunneling_ip': '127.0.0.1',
            'l2_population': False, 'devices': 0, 'integration_bridge': 'br-int', 'datapath_type': 'system',
            'ovs_hybrid_plug': False, 'log_agent_heartbeats': False,
            'ovs_capabilities': {'datapath_types': ['system'], 'iface_types': []},
        },
    }


def network_host_agents(host):
    return [
        {'binary': 'neutron-l3-agent', 'host': host, 'topic': topics.L3_AGENT, 'availability_zone': 'nova',
         'agent_type': constants.AGENT_TYPE_L3,
         'configurations': {'agent_mode': 'legacy', 'handle_internal_only_routers': True, 'routers': 0,
                            'interface_driver': 'openvswitch', 'external_network_bridge': ''}},
        {'binary': 'neutron-dhcp-agent', 'host': host, 'topic': topics.DHCP_AGENT, 'availability_zone': 'nova',
         'agent_type': constants.AGENT_TYPE_DHCP, 'configurations': {'dhcp_driver': 'fake', 'networks': 0}},
        {'binary': 'neutron-metadata-agent', 'host': host, 'topic': 'N/A',
         'agent_type': constants.AGENT_TYPE_METADATA, 'configurations': {'metadata_proxy_socket': '/dev/null'}},
    ]


agent_conf.register_agent_state_opts_helper(cfg.CONF)
config.register_common_config_options()
config.init(['--config-file', os.environ['NEUTRON_CONF']])
cfg.CONF.set_override('host', NETWORK_HOST)

ADMIN = context.get_admin_context_without_session()
ports_of_server = agent_rpc.PluginApi(topics.PLUGIN)
reports = agent_rpc.PluginReportStateAPI(topics.REPORTS)
routers_of_server = rpc.get_client(oslo_messaging.Target(topic=topics.L3PLUGIN, version='1.0'))
dhcp_of_server = rpc.get_client(oslo_messaging.Target(
    topic=topics.PLUGIN, namespace=constants.RPC_NAMESPACE_DHCP_PLUGIN, version='1.0'))


def bring_port_up(port, host):
    ports_of_server.update_device_up(ADMIN, port, 'ovs-agent-' + host, host)


class Notified:
    """Takes every notification the server sends to agents; those without a method below need no answer."""

    def __getattr__(self, name):
        if name.startswith('_') or name in ('target', 'filter_rule'):
            raise AttributeError(name)
        return lambda *args, **kwargs: None


class OpenVSwitch(Notified):
    target = oslo_messaging.Target(version='1.5')

    def port_update(self, ctxt, port, **kwargs):
        host = port.get('binding:host_id')
        if host in COMPUTE_HOSTS and port.get('status') != 'ACTIVE' and not paused(host):
            eventlet.spawn_n(self.wire, port['id'], host)

    def wire(self, port, host):
        for _ in range(3):
            try:
                return bring_port_up(port, host)
            except Exception as error:
                log('update_device_up', port, repr(error))
                time.sleep(1)


class Dhcp(Notified):
    target = oslo_messaging.Target(version='1.3')

    def port_create_end(self, ctxt, payload=None, **kwargs):
        port = (payload or kwargs).get('port')
        if port and not paused(NETWORK_HOST):
            server = dhcp_of_server.prepare(version='1.5')
            eventlet.spawn_n(server.call, ADMIN, 'dhcp_ready_on_ports', port_ids=[port['id']])

    port_update_end = port_create_end


class L3(Notified):
    target = oslo_messaging.Target(version='1.3')

    def routers_updated(self, ctxt, routers=None, **kwargs):
        eventlet.spawn_n(sync_routers, routers)

    def router_added_to_agent(self, ctxt, payload=None, **kwargs):
        eventlet.spawn_n(sync_routers, payload)


def sync_routers(ids=None):
    """Says of every floating IP and router port on the network host that it is up; of all routers without IDs."""
    if paused(NETWORK_HOST):
        return
    try:
        routers = routers_of_server.prepare(version='1.0').call(
            ADMIN, 'sync_routers', host=NETWORK_HOST, router_ids=ids)
        for router in routers:
            floating_ips = {ip['id']: 'ACTIVE' for ip in router.get('_floatingips', []) if ip['status'] != 'ACTIVE'}
            if floating_ips:
                routers_of_server.prepare(version='1.1').call(
                    ADMIN, 'update_floatingip_statuses', router_id=router['id'], fip_statuses=floating_ips)
            for port in router.get('_interfaces', []) + [router.get('gw_port') or {}]:
                if port.get('status') == 'DOWN':
                    bring_port_up(port['id'], NETWORK_HOST)
    except Exception as error:
        log('sync_routers', repr(error))


def report(agent, started):
    key = (agent['agent_type'], agent['host'])
    try:
        if key in started:
            reports.report_state(ADMIN, agent, use_call=False)
        else:
            reports.report_state(ADMIN, dict(agent, start_flag=True), use_call=True)
            started.add(key)
    except Exception as error:
        log('report_state', key, repr(error))


def main():
    connection = rpc.Connection()
    port_updates = topics.get_topic_name(topics.AGENT, topics.PORT, topics.UPDATE)
    connection.create_consumer(port_updates, [OpenVSwitch()], fanout=True)
    connection.create_consumer(topics.L3_AGENT, [L3()], fanout=False)
    connection.create_consumer(topics.DHCP_AGENT, [Dhcp()], fanout=False)
    connection.consume_in_threads()

    agents = [open_vswitch_agent(host) for host in COMPUTE_HOSTS + [NETWORK_HOST]] + network_host_agents(NETWORK_HOST)
    started = set()
    while True:
        for agent in agents:
            if not paused(agent['host']):
                report(agent, started)
        log('reported', len(started))
        sync_routers()
        time.sleep(SECONDS_BETWEEN_REPORTS)


if __name__ == '__main__':
    main()
