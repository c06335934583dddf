# shellcheck shell=bash
# Glance, with images as files.

GLANCE=(--config-file "$ETC/glance/glance-api.conf")

configure_glance() {
  mkdir -p "$STATE"/glance/{images,staging,tasks}
  cat >"$ETC/glance/glance-api.conf" <<CONF
[DEFAULT]
bind_host = $IP
bind_port = $PORT_GLANCE
workers = 1
enabled_backends = file:file
public_endpoint = http://$IP:$PORT_GLANCE
node_staging_uri = file://$STATE/glance/staging
show_image_direct_url = false
[glance_store]
default_backend = file
[file]
filesystem_store_datadir = $STATE/glance/images
[os_glance_staging_store]
filesystem_store_datadir = $STATE/glance/staging
[os_glance_tasks_store]
filesystem_store_datadir = $STATE/glance/tasks
[database]
connection = $(db_url glance)
$(authtoken glance)
[paste_deploy]
flavor = keystone
config_file = /etc/glance/glance-api-paste.ini
[oslo_concurrency]
lock_path = $STATE/glance/lock
CONF
}

glance_schema() { glance-manage "${GLANCE[@]}" db_sync; }

start_glance() { start glance-api glance-api "${GLANCE[@]}"; }
