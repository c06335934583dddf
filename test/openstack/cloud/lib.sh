# shellcheck shell=bash
# Saying things, doing things once, and starting, watching and stopping services.

elapsed() { local us=$((${EPOCHREALTIME/[.,]/} - ${STARTED_AT/[.,]/})); printf '%d.%d' $((us / 1000000)) $((us / 100000 % 10)); }
STARTED_AT=$EPOCHREALTIME
say() { printf '[%6ss] %s\n' "$(elapsed)" "$*"; }
die() { echo "FATAL: $*" >&2; exit 1; }

# One `up` or `down` at a time per cloud. Services are started without descriptor 9, so only scripts hold the lock.
lock_cloud() { exec 9>"$CLOUD_DIR/.lock"; flock -w "$1" 9 || die "another up or down of $CLOUD_DIR is running"; }

# once NAME COMMAND...: runs it unless it has succeeded before. What it says goes to log/sync-NAME.log.
# `set -e` does not reach into COMMAND (it runs as a condition), so functions given here chain their steps with &&.
once() {
  local name=$1; shift
  [[ -e $CLOUD_DIR/.done.$name ]] && return
  if "$@" >"$LOGS/sync-$name.log" 2>&1; then touch "$CLOUD_DIR/.done.$name"; return; fi
  tail -20 "$LOGS/sync-$name.log" >&2
  die "step $name (log: $LOGS/sync-$name.log)"
}

# A process is ours if its standard output is the service's log: a pid file left from before a reboot may name a
# stranger, and a dead process nobody has reaped still answers `kill -0`.
is_ours() { [[ $(readlink "/proc/$2/fd/1") == "$LOGS/$1.log" ]]; }
leader() { cat "$PIDS/$1" 2>/dev/null; }
alive() { local pid; pid=$(leader "$1") && is_ours "$1" "$pid"; }

# members NAME: the live processes of a service. Each service leads a session of its own.
members() {
  local session pid
  session=$(leader "$1") && [[ -n $session ]] || return 0
  for pid in $(pgrep -s "$session"); do
    if is_ours "$1" "$pid"; then echo "$pid"; fi
  done
}

# start NAME COMMAND...: in a session, with a log and a pid file of its own; nothing if it is alive.
start() {
  local name=$1; shift
  alive "$name" && return
  stop "$name"                  # workers that outlived their leader still hold its port
  { setsid "$@" & } >>"$LOGS/$name.log" 2>&1 </dev/null 9>&-
  echo $! >"$PIDS/$name"
}

# stop NAME...: asks the leaders, gives all of them 15 seconds together, and kills what is left.
stop() {
  local name pid deadline=$((SECONDS + 15)) left
  for name in "$@"; do
    if alive "$name"; then kill -TERM "$(leader "$name")" 2>/dev/null || true
    else for pid in $(members "$name"); do kill -TERM "$pid" 2>/dev/null || true; done; fi
  done
  while
    left=$(for name in "$@"; do members "$name"; done)
    [[ -n $left ]] && ((SECONDS < deadline))
  do sleep 0.2; done
  for pid in $left; do kill -KILL "$pid" 2>/dev/null || true; done
  for name in "$@"; do rm -f "$PIDS/$name"; done
}

# wait_for NAME SECONDS COMMAND...: until COMMAND succeeds; gives up when service NAME dies or time is out.
wait_for() {
  local name=$1 seconds=$2 deadline problem=''; shift 2
  deadline=$((SECONDS + seconds))
  until "$@" >/dev/null 2>&1; do
    if ! alive "$name"; then problem="died"; elif ((SECONDS >= deadline)); then problem="is not ready after ${seconds}s"; fi
    if [[ -n $problem ]]; then
      tail -20 "$LOGS/$name.log" >&2 || true
      die "$name $problem (log: $LOGS/$name.log)"
    fi
    sleep 0.3
  done
}

listening() { (exec 3<>"/dev/tcp/$IP/$1") 2>/dev/null; }
http_ok() { local code; code=$(curl -s -o /dev/null -m 5 -w '%{http_code}' "$1"); [[ $code != 000 && $code -lt 500 ]]; }

# refuse_taken_port NAME PORT: a stranger on our port would be mistaken for our service.
refuse_taken_port() {
  if [[ -z $(members "$1") ]] && listening "$2"; then
    die "port $2, for $1, is taken by another process: free it, or choose other ports (README.md, Knobs)"
  fi
}
