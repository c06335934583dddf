# shellcheck shell=bash
# Placement: what each compute host has, and what is taken of it.

configure_placement() {
  cat >"$ETC/placement/placement.conf" <<CONF
[api]
auth_strategy = keystone
[placement_database]
connection = $(db_url placement)
$(authtoken placement)
CONF
}

placement_schema() {
  OS_PLACEMENT_CONFIG_DIR=$ETC/placement placement-manage --config-file "$ETC/placement/placement.conf" db sync
}

start_placement() {
  start_wsgi placement "$PORT_PLACEMENT" /usr/bin/placement-api 1 OS_PLACEMENT_CONFIG_DIR="$ETC/placement"
}
