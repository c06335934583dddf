# shellcheck shell=bash
# Keystone, and what the other services' configuration says about logging in to it.

KEYSTONE=(--config-file "$ETC/keystone/keystone.conf")

# service_login USER: the options of a password login as a service user.
service_login() {
  cat <<CONF
auth_type = password
auth_url = $AUTH_URL
username = $1
password = $SERVICE_PASSWORD
project_name = service
user_domain_id = default
project_domain_id = default
region_name = $REGION
CONF
}

# authtoken USER: the section by which a service checks the tokens it is given.
authtoken() {
  cat <<CONF
[keystone_authtoken]
www_authenticate_uri = $AUTH_URL
$(service_login "$1")
service_token_roles = service
service_token_roles_required = true
token_cache_time = $TOKEN_CACHE
CONF
}

configure_keystone() {
  cat >"$ETC/keystone/keystone.conf" <<CONF
[DEFAULT]
use_stderr = true
public_endpoint = http://$IP:$PORT_KEYSTONE
[database]
connection = $(db_url keystone)
[token]
provider = fernet
[fernet_tokens]
key_repository = $STATE/keystone/fernet-keys
[credential]
key_repository = $STATE/keystone/credential-keys
[identity]
password_hash_rounds = 4
[oslo_policy]
enforce_scope = false
CONF
}

keystone_schema() {
  keystone-manage "${KEYSTONE[@]}" db_sync &&
    keystone-manage "${KEYSTONE[@]}" fernet_setup --keystone-user root --keystone-group root &&
    keystone-manage "${KEYSTONE[@]}" credential_setup --keystone-user root --keystone-group root &&
    keystone-manage "${KEYSTONE[@]}" bootstrap --bootstrap-password "$ADMIN_PASSWORD" --bootstrap-region-id "$REGION" \
      --bootstrap-admin-url "$AUTH_URL" --bootstrap-internal-url "$AUTH_URL" --bootstrap-public-url "$AUTH_URL"
}

# start_wsgi NAME PORT WSGI-FILE PROCESSES VARIABLE=VALUE...: a service that has no server of its own.
# uwsgi's http-socket closes connections after each answer without saying so, and Python clients that believe
# otherwise see "Remote end closed connection without response": hence the header.
start_wsgi() {
  local name=$1 port=$2 file=$3 processes=$4; shift 4
  start "$name" env "$@" uwsgi_python3 --http-socket "$IP:$port" --wsgi-file "$file" --need-app --lazy-apps \
    --master --processes "$processes" --threads 2 --enable-threads --thunder-lock --listen 100 \
    --buffer-size 65535 --socket-timeout 65 --add-header 'Connection: close' --disable-logging --log-date \
    --die-on-term --hook-master-start 'unix_signal:15 gracefully_kill_them_all'
}

start_keystone() {
  start_wsgi keystone "$PORT_KEYSTONE" /usr/bin/keystone-wsgi-public 2 \
    OS_KEYSTONE_CONFIG_FILES="$ETC/keystone/keystone.conf" OS_KEYSTONE_CONFIG_DIR="$ETC/keystone"
}

# Roles, service users, services and endpoints. Done again when the list changes, as with other ports.
fill_catalog() {
  export AUTH_URL ADMIN_PASSWORD SERVICE_PASSWORD REGION
  export CATALOG="nova compute http://$IP:$PORT_NOVA/v2.1
placement placement http://$IP:$PORT_PLACEMENT
glance image http://$IP:$PORT_GLANCE
neutron network http://$IP:$PORT_NEUTRON
cinderv3 volumev3 http://$IP:$PORT_CINDER/v3/%(project_id)s
cinder block-storage http://$IP:$PORT_CINDER/v3/%(project_id)s"
  once "catalog-$(md5sum <<<"$CATALOG" | cut -c1-8)" "$PYTHON" "$HERE/catalog.py"
}
