# SPDX-License-Identifier: Apache-2.0
# What the scripts share: where the project is, progress lines, a step with a log. Sourced by bash.
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
project=$PWD
started=$(date +%s)
jobs=$(nproc 2>/dev/null || echo 2)

say() { printf '[%4d s] %s\n' "$(($(date +%s) - started))" "$*" >&2; }

die() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}

# group_runs GROUP: whether a process of the group still runs. kill -0 would count those that have
# ended and that nobody has asked about yet.
group_runs() {
  local file line
  for file in /proc/[0-9]*/stat; do
    { read -r line <"$file"; } 2>/dev/null || continue
    [[ $line =~ \)\ [^ZX]\ [0-9]+\ $1\  ]] && return 0
  done
  return 1
}

# stop_step NUMBER: ends the running step with all that it has started, then this script, as the
# signal of that number would have.
stop_step() {
  local tries
  trap '' INT TERM HUP  # ending takes a moment and is not to be cut short
  if [[ -t 2 ]]; then printf '\r\033[K' >&2; fi  # the ^C that the terminal has echoed
  say "$step_name: stopping"
  kill -TERM -- "-$step_process" 2>/dev/null || true
  for ((tries = 0; tries < 100; tries++)); do
    group_runs "$step_process" || exit $((128 + $1))
    sleep 0.1
  done
  kill -KILL -- "-$step_process" 2>/dev/null || true
  exit $((128 + $1))
}

# step NAME LOG COMMAND…: runs the command with its output in LOG; says when it starts, how far it is
# (the log's last line) every ten seconds, and how it ended. On failure the log's end is shown. A
# signal ends the command with all that it has started, and then the script.
step() {
  local name=$1 log=$2 status=0 begun=$SECONDS waited=0
  shift 2
  mkdir -p "$(dirname "$log")"
  say "$name"
  set -m  # a process group of its own; without, the shell would also make it ignore SIGINT
  "$@" >"$log" 2>&1 </dev/null &
  step_process=$! step_name=$name
  set +m
  trap 'stop_step 2' INT
  trap 'stop_step 15' TERM
  trap 'stop_step 1' HUP
  while kill -0 "$step_process" 2>/dev/null; do
    sleep 0.1
    waited=$((waited + 1))
    if ((waited % 100 == 0)); then say "  $name: $(tail -n 1 "$log" | tr -d '\r' | cut -c1-90)"; fi
  done
  wait "$step_process" 2>/dev/null || status=$?
  trap - INT TERM HUP
  if ((status != 0)); then
    tail -n 60 "$log" >&2
    say "$name: failed with $status after $((SECONDS - begun)) s; all of it is in $log"
  fi
  return "$status"
}

# Two clones of the project share what ccache knows: paths in the clone count relative to it.
export CCACHE_BASEDIR=$project CCACHE_NOHASHDIR=1
