# A private RabbitMQ on loopback, beside any other. The script that sources this starts and stops it.
# shellcheck shell=bash

RABBITMQ_HOME=
# Erlang's port mapper outlives its nodes; who started it stops it.
EPMD_WAS_THERE=

# Whether there is a RabbitMQ that can be started here.
has_rabbitmq() { has rabbitmq-server || [ -x /usr/sbin/rabbitmq-server ]; }

free_port() {
  local port
  for port in $(seq "$1" "$(($1 + 60))"); do
    if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
      echo "$port"
      return
    fi
  done
  return 1
}

# Sets REQUEUE_AMQP, REQUEUE_MANAGEMENT and REQUEUE_RABBITMQCTL.
start_rabbitmq() {
  local amqp management dist
  if (exec 3<>/dev/tcp/127.0.0.1/4369) 2>/dev/null; then EPMD_WAS_THERE=yes; fi
  RABBITMQ_HOME=$(mktemp -d /tmp/requeue-rabbitmq.XXXXXX)
  amqp=$(free_port 25672) || return 1
  management=$(free_port 35672) || return 1
  dist=$(free_port 45672) || return 1
  mkdir -p "$RABBITMQ_HOME/data" "$RABBITMQ_HOME/log"
  printf '[rabbitmq_management].\n' >"$RABBITMQ_HOME/plugins"
  cat >"$RABBITMQ_HOME/rabbitmq.conf" <<CONF
listeners.tcp.1 = 127.0.0.1:$amqp
management.tcp.ip = 127.0.0.1
management.tcp.port = $management
loopback_users.guest = true
disk_free_limit.absolute = 50MB
log.console = false
CONF
  cat >"$RABBITMQ_HOME/env" <<ENV
export RABBITMQ_NODENAME=requeue-$amqp@localhost
export RABBITMQ_NODE_IP_ADDRESS=127.0.0.1
export RABBITMQ_NODE_PORT=$amqp
export RABBITMQ_DIST_PORT=$dist
export RABBITMQ_MNESIA_BASE=$RABBITMQ_HOME/data
export RABBITMQ_LOG_BASE=$RABBITMQ_HOME/log
export RABBITMQ_PID_FILE=$RABBITMQ_HOME/pid
export RABBITMQ_ENABLED_PLUGINS_FILE=$RABBITMQ_HOME/plugins
export RABBITMQ_CONFIG_FILE=$RABBITMQ_HOME/rabbitmq
export ERL_EPMD_ADDRESS=127.0.0.1
export HOME=$RABBITMQ_HOME
ENV
  # Its cookie is its own: the folder is its home.
  printf 'requeue-%s' "$amqp" >"$RABBITMQ_HOME/.erlang.cookie"
  chmod 400 "$RABBITMQ_HOME/.erlang.cookie"
  printf '#!/usr/bin/env bash\n. %s\nexec /usr/lib/rabbitmq/bin/rabbitmq-server "$@"\n' "$RABBITMQ_HOME/env" >"$RABBITMQ_HOME/rabbitmq-server"
  # Debian's build of 3.10.8 cannot start its application a second time in one node: a restart is one of the whole node.
  cat >"$RABBITMQ_HOME/rabbitmqctl" <<CTL
#!/usr/bin/env bash
. $RABBITMQ_HOME/env
listens() { (exec 3<>"/dev/tcp/127.0.0.1/\$1") 2>/dev/null; }
case \$1 in
stop_app) exec /usr/lib/rabbitmq/bin/rabbitmqctl shutdown --timeout 30 ;;
start_app)
  $RABBITMQ_HOME/rabbitmq-server >>"$RABBITMQ_HOME/output" 2>&1 &
  for try in \$(seq 600); do
    if listens $amqp && listens $management; then exit 0; fi
    sleep 0.1
  done
  exit 1
  ;;
*) exec /usr/lib/rabbitmq/bin/rabbitmqctl "\$@" ;;
esac
CTL
  chmod +x "$RABBITMQ_HOME/rabbitmq-server" "$RABBITMQ_HOME/rabbitmqctl"
  "$RABBITMQ_HOME/rabbitmq-server" >"$RABBITMQ_HOME/output" 2>&1 &
  RABBITMQ_PID=$!
  local try
  for try in $(seq 600); do
    if (exec 3<>"/dev/tcp/127.0.0.1/$amqp") 2>/dev/null && (exec 3<>"/dev/tcp/127.0.0.1/$management") 2>/dev/null; then
      REQUEUE_AMQP=amqp://guest:guest@127.0.0.1:$amqp/%2F
      REQUEUE_MANAGEMENT=http://127.0.0.1:$management
      REQUEUE_RABBITMQCTL=$RABBITMQ_HOME/rabbitmqctl
      export REQUEUE_AMQP REQUEUE_MANAGEMENT REQUEUE_RABBITMQCTL
      return 0
    fi
    kill -0 "$RABBITMQ_PID" 2>/dev/null || break
    sleep 0.1
  done
  tail -n 20 "$RABBITMQ_HOME/output"
  stop_rabbitmq
  return 1
}

stop_rabbitmq() {
  [ -n "$RABBITMQ_HOME" ] || return 0
  "$RABBITMQ_HOME/rabbitmqctl" stop_app >/dev/null 2>&1 || true
  kill "$RABBITMQ_PID" 2>/dev/null || true
  wait "$RABBITMQ_PID" 2>/dev/null || true
  [ -n "$EPMD_WAS_THERE" ] || epmd -kill >/dev/null 2>&1 || true
  rm -rf "$RABBITMQ_HOME"
  RABBITMQ_HOME=
}
