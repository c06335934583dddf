# shellcheck shell=bash
# Neutron's server with the ML2 plugin and Open vSwitch port binding, as in production; its agents are stood in for.

NEUTRON=(--config-file "$ETC/neutron/neutron.conf")

configure_neutron() {
  cat >"$ETC/neutron/neutron.conf" <<CONF
[DEFAULT]
bind_host = $IP
bind_port = $PORT_NEUTRON
api_workers = 1
rpc_workers = 1
rpc_state_report_workers = 0
core_plugin = ml2
service_plugins = router,qos,trunk,port_forwarding
state_path = $STATE/neutron
api_paste_config = /etc/neutron/api-paste.ini
transport_url = $RABBIT
auth_strategy = keystone
allow_overlapping_ips = true
notify_nova_on_port_status_changes = true
notify_nova_on_port_data_changes = true
send_events_interval = 1
agent_down_time = 45
dhcp_agents_per_network = 1
[database]
connection = $(db_url neutron)
$(authtoken neutron)
[nova]
$(service_login nova)
[placement]
$(service_login placement)
[oslo_concurrency]
lock_path = $STATE/neutron/lock
[ml2]
type_drivers = flat,vlan,vxlan
tenant_network_types = vxlan
mechanism_drivers = openvswitch
extension_drivers = port_security,qos
[ml2_type_flat]
flat_networks = physnet1
[ml2_type_vlan]
network_vlan_ranges = physnet1:100:199
[ml2_type_vxlan]
vni_ranges = 1:1000
[securitygroup]
enable_security_group = true
firewall_driver = openvswitch
CONF
}

neutron_schema() { neutron-db-manage "${NEUTRON[@]}" upgrade heads; }

start_neutron() { start neutron-server neutron-server "${NEUTRON[@]}"; }

start_network_agents() {
  start neutron-agents env CLOUD_STATE="$STATE" COMPUTE_HOSTS="$COMPUTE_HOSTS" NETWORK_HOST="$NETWORK_HOST" \
    NEUTRON_CONF="$ETC/neutron/neutron.conf" "$PYTHON" "$HERE/stand-ins/agents.py"
}

# Have all agents that are not silenced spoken since they were started?
network_agents_registered() {
  local host expected=0 seen
  for host in $COMPUTE_HOSTS; do [[ -e $STATE/agents-paused/$host ]] || ((expected += 1)); done
  [[ -e $STATE/agents-paused/$NETWORK_HOST ]] || ((expected += 4))
  seen=$(sql -N neutron -e "select count(*) from agents
    where $(epoch heartbeat_timestamp) >= $(stat -c %Y "$PIDS/neutron-agents")")
  ((seen >= expected))
}
