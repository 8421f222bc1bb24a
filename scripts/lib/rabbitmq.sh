# Real RabbitMQs on loopback, beside any other. The script that sources this starts and stops them.
# shellcheck shell=bash

# The versions with which the simulated broker is compared.
BROKERS="3.10 4.0 4.3"
# What this script has started: a folder for each broker.
BROKERS_RUN=

# The Debian release that carries a version. sid moves: what it carries is looked at.
suite_of() {
  case $1 in
  3.10) echo bookworm ;;
  4.0) echo trixie ;;
  4.3) echo sid ;;
  *) return 1 ;;
  esac
}

# Which profile of the simulated broker a version is compared with. Nothing here is 3.13: 3.10 is the nearest.
profile_of() {
  case $1 in
  3.10) echo 3.13 ;;
  4.3) if [ "$(broker_source 4.3)" = docker ]; then echo 4.3; else echo 4.3-debian; fi ;;
  *) echo "$1" ;;
  esac
}

broker_folder() { echo "$TOOLS/rabbitmq-$1"; }

# The root of the file system that holds RabbitMQ VERSION: the machine's own, or a folder of ours.
broker_root() {
  local root
  for root in "" "$(broker_folder "$1")/root"; do
    if compgen -G "$root/usr/lib/rabbitmq/lib/rabbitmq_server-$1.*" >/dev/null; then
      echo "$root"
      return
    fi
  done
  return 1
}

broker_image() { echo "rabbitmq:$1-management"; }

has_docker() { has docker && docker info >/dev/null 2>&1; }

# Whether a file system of ours can be entered: that takes root, and a root that may mount.
may_enter() { [ "$(id -u)" = 0 ] && has unshare && unshare --mount true 2>/dev/null; }

# Where RabbitMQ VERSION comes from: the machine itself, a Debian of ours, or Docker.
broker_source() {
  local root
  if root=$(broker_root "$1") && [ -z "$root" ]; then
    echo machine
  elif [ -n "$root" ] && may_enter; then
    echo debian
  elif [ -e "$(broker_folder "$1")/docker" ] && has_docker; then
    echo docker
  else
    return 1
  fi
}

has_rabbitmq() { broker_source "$1" >/dev/null; }

# The whole version, such as 4.0.5.
broker_release() {
  local root
  if root=$(broker_root "$1"); then
    basename "$(compgen -G "$root/usr/lib/rabbitmq/lib/rabbitmq_server-$1.*" | sort | tail -n 1)" | sed 's/^rabbitmq_server-//'
  else
    docker run --rm "$(broker_image "$1")" rabbitmqctl version 2>/dev/null | tail -n 1
  fi
}

# Why RabbitMQ VERSION is not here.
why_no_rabbitmq() { cat "$(broker_folder "$1")/why-not" 2>/dev/null || echo "it is not installed"; }

listens_on() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

free_port() {
  local port
  for port in $(seq "$1" "$(($1 + 60))"); do
    if ! listens_on "$port"; then
      echo "$port"
      return
    fi
  done
  return 1
}

# A port for RabbitMQ VERSION and one of its KINDs. Versions look in places of their own, so that two that start together do not meet. All lie
# below 32768: from there on the system gives ports to programs that connect, and a broker that restarts would find its own taken.
port_for() {
  local kind=$1 major=${2%%.*} minor=${2#*.}
  free_port $((kind * 4000 + (major * 20 + minor) * 62))
}

# Begins to start RabbitMQ VERSION: it is up when `await_rabbitmq` says so.
start_rabbitmq() {
  local version=$1 run source
  [ -n "$BROKERS_RUN" ] || BROKERS_RUN=$(mktemp -d /tmp/requeue-rabbitmq.XXXXXX)
  run=$BROKERS_RUN/$version
  source=$(broker_source "$version") || return 1
  mkdir -p "$run"
  port_for 2 "$version" >"$run/amqp" || return 1
  port_for 3 "$version" >"$run/management" || return 1
  if [ "$source" = docker ]; then start_in_docker "$version" "$run"; else start_node "$version" "$run"; fi
}

broker_configuration() {
  printf 'loopback_users.guest = true\ndisk_free_limit.absolute = 50MB\nlog.console = false\n'
  # Without it the management interface of 4.3 counts no messages.
  if [ "$1" = 4.3 ]; then echo 'deprecated_features.permit.management_metrics_collection = true'; fi
}

# The management interface, and the exchange types that come as plugins: since 4.3 x-modulus-hash is built in.
broker_plugins() {
  local plugins=rabbitmq_management,rabbitmq_consistent_hash_exchange,rabbitmq_random_exchange
  [ "$1" = 4.3 ] || plugins+=,rabbitmq_sharding
  echo "[$plugins]"
}

start_node() {
  local version=$1 run=$2 root home amqp management
  root=$(broker_root "$version")
  amqp=$(cat "$run/amqp")
  management=$(cat "$run/management")
  if [ -z "$root" ]; then home=$run/home; else home=/var/lib/requeue-$(basename "$BROKERS_RUN"); fi
  echo "$root$home" >"$run/home-is"
  mkdir -p "$root$home/data" "$root$home/log"
  printf '%s.\n' "$(broker_plugins "$version")" >"$root$home/plugins"
  {
    printf 'listeners.tcp.1 = 127.0.0.1:%s\nmanagement.tcp.ip = 127.0.0.1\nmanagement.tcp.port = %s\n' "$amqp" "$management"
    broker_configuration "$version"
  } >"$root$home/rabbitmq.conf"
  # Two releases of Erlang do not share one port mapper.
  cat >"$root$home/env" <<ENV
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export RABBITMQ_NODENAME=requeue-$amqp@localhost
export RABBITMQ_NODE_IP_ADDRESS=127.0.0.1
export RABBITMQ_NODE_PORT=$amqp
export RABBITMQ_DIST_PORT=$(port_for 4 "$version")
export RABBITMQ_MNESIA_BASE=$home/data
export RABBITMQ_LOG_BASE=$home/log
export ERL_CRASH_DUMP=$home/log/erl_crash.dump
export RABBITMQ_PID_FILE=$home/pid
export RABBITMQ_ENABLED_PLUGINS_FILE=$home/plugins
export RABBITMQ_CONFIG_FILE=$home/rabbitmq
export ERL_EPMD_PORT=$(port_for 5 "$version")
export ERL_EPMD_ADDRESS=127.0.0.1
export HOME=$home
export LANG=C.UTF-8
ENV
  # Its cookie is its own: the folder is its home.
  printf 'requeue-%s' "$amqp" >"$root$home/.erlang.cookie"
  chmod 400 "$root$home/.erlang.cookie"
  # A Debian of ours has its mounts in a namespace of its own: they end with the program, whatever ends it.
  cat >"$run/inside" <<INSIDE
#!/usr/bin/env bash
if [ -z "$root" ]; then
  . $home/env
  exec "\$@"
fi
exec unshare --mount --propagation private sh -c '
  mount -t proc proc "$root/proc" && mount --bind /dev "$root/dev" && exec chroot "$root" sh -c ". $home/env; exec \"\\\$@\"" sh "\$@"
' sh "\$@"
INSIDE
  # Debian's build of 3.10.8 cannot start its application a second time in one node: a restart is one of the whole node.
  cat >"$run/rabbitmqctl" <<CTL
#!/usr/bin/env bash
listens() { (exec 3<>"/dev/tcp/127.0.0.1/\$1") 2>/dev/null; }
case \$1 in
stop_app) exec "$run/inside" /usr/lib/rabbitmq/bin/rabbitmqctl shutdown --timeout 30 ;;
start_app)
  setsid "$run/inside" /usr/lib/rabbitmq/bin/rabbitmq-server >>"$run/output" 2>&1 </dev/null &
  for try in \$(seq 600); do
    if listens $amqp && listens $management; then exit 0; fi
    sleep 0.1
  done
  exit 1
  ;;
stop)
  "$run/inside" /usr/lib/rabbitmq/bin/rabbitmqctl shutdown --timeout 30
  "$run/inside" sh -c 'epmd -port \$ERL_EPMD_PORT -kill'
  ;;
*) exec "$run/inside" /usr/lib/rabbitmq/bin/rabbitmqctl "\$@" ;;
esac
CTL
  chmod +x "$run/inside" "$run/rabbitmqctl"
  setsid "$run/inside" /usr/lib/rabbitmq/bin/rabbitmq-server >"$run/output" 2>&1 </dev/null &
  echo $! >"$run/pid"
}

start_in_docker() {
  local version=$1 run=$2 name
  name=requeue-$(basename "$BROKERS_RUN")-$version
  broker_configuration "$version" | sed 's/guest = true/guest = false/' >"$run/rabbitmq.conf"
  printf '%s.\n' "$(broker_plugins "$version")" >"$run/plugins"
  chmod 644 "$run/rabbitmq.conf" "$run/plugins"
  cat >"$run/rabbitmqctl" <<CTL
#!/usr/bin/env bash
if [ "\$1" = stop ]; then exec docker rm --force "$name"; fi
exec docker exec "$name" rabbitmqctl "\$@"
CTL
  chmod +x "$run/rabbitmqctl"
  docker run --detach --name "$name" --publish "127.0.0.1:$(cat "$run/amqp"):5672" --publish "127.0.0.1:$(cat "$run/management"):15672" \
    --volume "$run/rabbitmq.conf:/etc/rabbitmq/conf.d/90-requeue.conf:ro" --volume "$run/plugins:/etc/rabbitmq/enabled_plugins:ro" "$(broker_image "$version")" >"$run/output" 2>&1
}

# Waits until RabbitMQ VERSION is up, and names it to the tests: REQUEUE_AMQP, REQUEUE_MANAGEMENT, REQUEUE_RABBITMQCTL, REQUEUE_PROFILE.
await_rabbitmq() {
  local version=$1 run=$BROKERS_RUN/$1 amqp management try
  amqp=$(cat "$run/amqp")
  management=$(cat "$run/management")
  for try in $(seq 900); do
    if [ ! -e "$run/pid" ]; then
      # Docker listens before the broker does.
      if "$run/rabbitmqctl" await_startup --timeout 60 >/dev/null 2>&1; then break; fi
    elif listens_on "$amqp" && listens_on "$management"; then
      break
    elif ! kill -0 "$(cat "$run/pid")" 2>/dev/null; then
      try=900
    fi
    if [ "$try" = 900 ]; then
      tail -n 20 "$run/output"
      return 1
    fi
    sleep 0.1
  done
  REQUEUE_AMQP=amqp://guest:guest@127.0.0.1:$amqp/%2F
  REQUEUE_MANAGEMENT=http://127.0.0.1:$management
  REQUEUE_RABBITMQCTL=$run/rabbitmqctl
  REQUEUE_PROFILE=$(profile_of "$version")
  export REQUEUE_AMQP REQUEUE_MANAGEMENT REQUEUE_RABBITMQCTL REQUEUE_PROFILE
}

# Stops everything that this script has started.
stop_rabbitmqs() {
  local run home
  [ -n "$BROKERS_RUN" ] || return 0
  for run in "$BROKERS_RUN"/*; do
    [ ! -x "$run/rabbitmqctl" ] || "$run/rabbitmqctl" stop >/dev/null 2>&1 || true
    if [ -e "$run/pid" ]; then
      kill "$(cat "$run/pid")" 2>/dev/null || true
      wait "$(cat "$run/pid")" 2>/dev/null || true
    fi
    if [ -e "$run/home-is" ]; then
      home=$(cat "$run/home-is")
      rm -rf --one-file-system "$home"
    fi
  done
  rm -rf "$BROKERS_RUN"
  BROKERS_RUN=
}
