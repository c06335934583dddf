# shellcheck shell=bash
# Nova: API, conductor and scheduler on "controller1", and a nova-compute for each of COMPUTE_HOSTS.

NOVA=(--config-file "$ETC/nova/nova.conf")

# nova_conf HOST FOLDER: what controller and compute hosts have in common.
nova_conf() {
  cat <<CONF
[DEFAULT]
host = $1
my_ip = $IP
state_path = $2
transport_url = $RABBIT
enabled_apis = osapi_compute
osapi_compute_listen = $IP
osapi_compute_listen_port = $PORT_NOVA
osapi_compute_workers = 2
compute_driver = fake.OperableDriver
service_down_time = $SERVICE_DOWN_TIME
report_interval = 10
vif_plugging_is_fatal = false
vif_plugging_timeout = 5
resume_guests_state_on_host_boot = true
reserved_host_memory_mb = 512
[conductor]
workers = 1
[scheduler]
workers = 1
discover_hosts_in_cells_interval = 60
[notifications]
notification_format = versioned
notify_on_state_change = vm_and_task_state
[oslo_messaging_notifications]
driver = messagingv2
[wsgi]
api_paste_config = /etc/nova/api-paste.ini
[vnc]
enabled = true
novncproxy_base_url = http://$IP:6080/vnc_lite.html
$(authtoken nova)
[service_user]
send_service_user_token = true
$(service_login nova)
[placement]
$(service_login placement)
[neutron]
$(service_login neutron)
[glance]
region_name = $REGION
endpoint_override = http://$IP:$PORT_GLANCE
[cinder]
os_region_name = $REGION
$(service_login cinder | grep -v region_name)
[oslo_concurrency]
lock_path = $2/lock
CONF
}

# Only the controller knows the databases; a compute host asks the conductor.
nova_databases() {
  cat <<CONF
[api_database]
connection = $(db_url nova_api)
[database]
connection = $(db_url nova)
CONF
}

configure_nova() {
  local host
  { nova_conf controller1 "$STATE/nova"; nova_databases; } >"$ETC/nova/nova.conf"
  for host in $COMPUTE_HOSTS; do
    mkdir -p "$ETC/nova-$host" "$STATE/nova-$host"
    nova_conf "$host" "$STATE/nova-$host" >"$ETC/nova-$host/nova.conf"
  done
}

create_cell1() {
  [[ $(nova-manage "${NOVA[@]}" cell_v2 list_cells) == *' cell1 '* ]] ||
    nova-manage "${NOVA[@]}" cell_v2 create_cell --name cell1
}

nova_schema() {
  nova-manage "${NOVA[@]}" api_db sync &&
    nova-manage "${NOVA[@]}" cell_v2 map_cell0 --database_connection "$(db_url nova_cell0)" &&
    create_cell1 &&
    nova-manage "${NOVA[@]}" db sync
}

start_nova_conductor() { start nova-conductor nova-conductor "${NOVA[@]}"; }

start_nova() {
  start nova-api nova-api "${NOVA[@]}"
  start nova-scheduler nova-scheduler "${NOVA[@]}"
}

start_compute_hosts() {
  local host
  for host in $COMPUTE_HOSTS; do
    start "nova-compute-$host" env CLOUD_STATE="$STATE" \
      "$PYTHON" "$HERE/stand-ins/compute.py" --config-file "$ETC/nova-$host/nova.conf"
  done
}

# Has every compute host checked in since it was started?
compute_hosts_registered() {
  local host started
  start_compute_hosts           # one that died of an API not yet up gets another go
  for host in $COMPUTE_HOSTS; do
    started=$(stat -c %Y "$PIDS/nova-compute-$host")
    [[ $(sql -N nova -e "select count(*) from services s join compute_nodes c on c.host = s.host and c.deleted = 0
      where s.deleted = 0 and s.topic = 'compute' and s.host = '$host' and $(epoch s.last_seen_up) >= $started") == 1 ]] ||
      return 1
  done
}

map_compute_hosts() {
  if (($(sql -N nova_api -e 'select count(*) from host_mappings') < $(wc -w <<<"$COMPUTE_HOSTS"))); then
    nova-manage "${NOVA[@]}" cell_v2 discover_hosts >"$LOGS/discover-hosts.log" 2>&1 ||
      die "compute hosts into cell1 (log: $LOGS/discover-hosts.log)"
  fi
}
