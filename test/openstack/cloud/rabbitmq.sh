# shellcheck shell=bash
# RabbitMQ: the services' RPC, and the notifications. Node name, distribution port, epmd and cookie are this cloud's own,
# so that two clouds can live side by side and stopping one leaves the other alone.

RABBIT=rabbit://guest:guest@$IP:$RABBIT_PORT/
RABBIT_DIR=$CLOUD_DIR/rabbit
RABBIT_ENV=(
  HOME="$RABBIT_DIR"                                    # the Erlang cookie
  RABBITMQ_NODENAME="rabbit-$RABBIT_PORT@localhost"
  RABBITMQ_DIST_PORT=$((RABBIT_PORT + 1))
  ERL_EPMD_PORT=$((RABBIT_PORT + 2))
  ERL_EPMD_ADDRESS=$IP
  RABBITMQ_CONF_ENV_FILE=/dev/null
  RABBITMQ_CONFIG_FILE="$RABBIT_DIR/rabbitmq.conf"
  RABBITMQ_ENABLED_PLUGINS_FILE="$RABBIT_DIR/enabled_plugins"
  RABBITMQ_MNESIA_BASE="$RABBIT_DIR/mnesia"
  RABBITMQ_LOG_BASE="$LOGS"
  RABBITMQ_PID_FILE="$RABBIT_DIR/pid"
  RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS='-kernel inet_dist_use_interface {127,0,0,1} +S 2:2 +sbwt none'
)

amqp_ok() {
  "$PYTHON" -c "
import amqp
with amqp.Connection('$IP:$RABBIT_PORT', 'guest', 'guest', connect_timeout=3):
    pass"
}

start_rabbitmq() {
  alive rabbit && return
  mkdir -p "$RABBIT_DIR"
  cat >"$RABBIT_DIR/rabbitmq.conf" <<CONF
listeners.tcp.1 = $IP:$RABBIT_PORT
disk_free_limit.absolute = 50MB
vm_memory_high_watermark.absolute = 1GB
log.file = $LOGS/rabbit-node.log
CONF
  echo '[].' >"$RABBIT_DIR/enabled_plugins"
  # Started by us: one that the broker starts for itself outlives it.
  start epmd env "${RABBIT_ENV[@]}" epmd
  wait_for epmd 10 listening $((RABBIT_PORT + 2))
  start rabbit env "${RABBIT_ENV[@]}" /usr/lib/rabbitmq/bin/rabbitmq-server
  wait_for rabbit 90 amqp_ok
  # Nobody need be consuming the notifications: cap the queues nova declares for them.
  env "${RABBIT_ENV[@]}" /usr/lib/rabbitmq/bin/rabbitmqctl set_policy --apply-to queues notifications \
    '^(versioned_)?notifications\.' '{"max-length":5000}' >"$LOGS/rabbit-policy.log" 2>&1 ||
    die "cap on the notification queues (log: $LOGS/rabbit-policy.log)"
}
