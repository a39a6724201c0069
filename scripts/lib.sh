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

# step NAME LOG COMMAND…: runs the command with its output in LOG; says when it starts, how far it is
# (the log's last line) every ten seconds, and how it ended. On failure the log's end is shown.
step() {
  local name=$1 log=$2 status=0 begun=$SECONDS waited=0
  shift 2
  mkdir -p "$(dirname "$log")"
  say "$name"
  "$@" >"$log" 2>&1 </dev/null &
  local process=$!
  while kill -0 "$process" 2>/dev/null; do
    sleep 0.1
    waited=$((waited + 1))
    if ((waited % 100 == 0)); then say "  $name: $(tail -n 1 "$log" | tr -d '\r' | cut -c1-90)"; fi
  done
  wait "$process" || status=$?
  if ((status != 0)); then
    tail -n 60 "$log" >&2
    say "$name: failed with $status after $((SECONDS - begun)) s; all of it is in $log"
  fi
  return "$status"
}

# Two clones of the project share what ccache knows: paths in the clone count relative to it.
export CCACHE_BASEDIR=$project CCACHE_NOHASHDIR=1
