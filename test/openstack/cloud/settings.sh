# shellcheck shell=bash disable=SC2034
# The knobs, all taken from the environment, and the folders everything lives in.

CLOUD_DIR=$(realpath -m "${CLOUD_DIR:-/var/tmp/openstack}")

PORT_KEYSTONE=${PORT_KEYSTONE:-15000}
PORT_NOVA=${PORT_NOVA:-18774}
PORT_PLACEMENT=${PORT_PLACEMENT:-18778}
PORT_NEUTRON=${PORT_NEUTRON:-19696}
PORT_GLANCE=${PORT_GLANCE:-19292}
PORT_CINDER=${PORT_CINDER:-18776}
RABBIT_PORT=${RABBIT_PORT:-5672}                # AMQP; the next two ports are the broker's own (Erlang)

COMPUTE_HOSTS=${COMPUTE_HOSTS:-compute1 compute2 compute3}
ADMIN_PASSWORD=${ADMIN_PASSWORD:-admin}
TOKEN_CACHE=${TOKEN_CACHE:-10}                  # seconds a service trusts a token without asking keystone
SERVICE_DOWN_TIME=${SERVICE_DOWN_TIME:-60}      # seconds without a heartbeat until nova calls a service down

IP=127.0.0.1
REGION=RegionOne
NETWORK_HOST=network1                           # the host that the L3, DHCP and metadata agents claim to be on
SERVICE_PASSWORD=service                        # of the users nova, neutron, glance, cinder and placement
AUTH_URL=http://$IP:$PORT_KEYSTONE/v3

ETC=$CLOUD_DIR/etc      # configuration, written anew by every `up`
LOGS=$CLOUD_DIR/log     # NAME.log is what service NAME says
PIDS=$CLOUD_DIR/pid     # NAME holds the pid of service NAME
STATE=$CLOUD_DIR/state  # what services keep in files, and the switches the stand-ins look at
DB_SOCKET=$CLOUD_DIR/mysql.sock
PYTHON=/usr/bin/python3                         # Debian's own, whatever else is on PATH
