# shellcheck shell=bash
# Cinder, with one backend that keeps no data.

CINDER=(--config-file "$ETC/cinder/cinder.conf")

configure_cinder() {
  cat >"$ETC/cinder/cinder.conf" <<CONF
[DEFAULT]
osapi_volume_listen = $IP
osapi_volume_listen_port = $PORT_CINDER
osapi_volume_workers = 1
auth_strategy = keystone
api_paste_config = /etc/cinder/api-paste.ini
resource_query_filters_file = /etc/cinder/resource_filters.json
state_path = $STATE/cinder
transport_url = $RABBIT
my_ip = $IP
host = block1
glance_api_servers = http://$IP:$PORT_GLANCE
enabled_backends = fake
rootwrap_config = /etc/cinder/rootwrap.conf
[fake]
volume_driver = volume.NoDataDriver
volume_backend_name = fake
volume_clear = none
[database]
connection = $(db_url cinder)
$(authtoken cinder)
[service_user]
send_service_user_token = true
$(service_login cinder)
[nova]
$(service_login nova)
[coordination]
backend_url = file://$STATE/cinder/coordination
[oslo_concurrency]
lock_path = $STATE/cinder/lock
CONF
}

cinder_schema() { cinder-manage "${CINDER[@]}" db sync; }

start_cinder() {
  start cinder-api cinder-api "${CINDER[@]}"
  start cinder-scheduler cinder-scheduler "${CINDER[@]}"
  start cinder-volume env PYTHONPATH="$HERE/stand-ins" cinder-volume "${CINDER[@]}"
}
