// SPDX-License-Identifier: Apache-2.0
#include "platform/linux/options.h"

namespace beckon::platform {

const char kHelp[] =
    R"(beckon-agent: receives the events of one person on this device and acts on them.

Usage:
  beckon-agent --url URL --device NAME --key FILE [options] [-- COMMAND ARGUMENTS…]
  beckon-agent --config FILE [options]
  beckon-agent keygen [--out FILE]     makes this device's key (keygen --help says more)
  beckon-agent completion bash         for a shell: source <(beckon-agent completion bash)

Without a configuration's rules, every event is printed as one line of JSON on standard output, or,
with a COMMAND, the command runs once per event: the event is its standard input, BECKON_NAME,
BECKON_ID, BECKON_SEQ, BECKON_TIME, BECKON_STREAM and BECKON_DATA are set, and ${data.FIELD} fills
an argument. Log lines go to standard error.

Who and where:
  --url URL             the API's WebSocket address: wss://…, or ws:// on this machine
  --device NAME         this device's id, unique in a deployment
  --key FILE            this device's private key; only its owner may be able to read the file
  --claim               if the backend does not know the key yet, show a code with which an operator
                        can register this device (beckon device claim CODE --user NAME)
  --user NAME           whose device this is; without a key, in a deployment with AuthMode=open
  --header 'NAME: TEXT' one more header for the handshake; can be repeated
  --cacert FILE|system  whom TLS trusts: a file of certificates (PEM), or the system's. Default:
                        Amazon's roots, which are built in. Pins: "tls" in a configuration
  --insecure            allow ws:// to another machine: everybody on the way can read along

What and how:
  --config FILE         configuration: rules, actions, timing (JSON). Flags win over it
  --check               only check the configuration, say every error, and exit
  --start head|oldest   where a device begins that was never here: at new events (default), or at
                        the oldest that is kept
  --state-dir DIR       where the cursor is kept, one small file for each URL, user and device, so
                        that what was missed while the agent did not run comes when it runs again;
                        nobody else may be able to write in it. Default: $STATE_DIRECTORY, else
                        $XDG_STATE_HOME/beckon, else ~/.local/state/beckon
  --no-state            keep the cursor in memory only
  --timeout DURATION    time limit of COMMAND (default 10m)
  --timing NAME=TIME    one duration, such as heartbeat=4m; can be repeated. Names: ack_delay,
                        heartbeat, heartbeat_spread, answer_timeout, connect_timeout, backoff_base,
                        backoff_cap, throttled_cap, backoff_reset, refused_delay, renew_min,
                        renew_max, ping, store_interval, clock_skew, stop_grace
  --log-level LEVEL     debug, info (default), warning or error
  --verbose-lines       lines about the connection on standard output, too: {"type":"online",…}
  --version, --help

Examples:
  beckon-agent keygen --out laptop.key --device laptop
  beckon-agent --url "$URL" --device laptop --key laptop.key
  beckon-agent --url "$URL" --device laptop --key laptop.key -- notify-send -- '${data.text}'
  beckon-agent --url ws://127.0.0.1:3001/dev --user Bob --device nas \
      -- sh -c 'echo "$BECKON_NAME" >> /tmp/names'        (AuthMode=open)
  beckon-agent --config /etc/beckon/agent.json --check

SIGHUP reads the configuration and the key again; if they are wrong, the old ones stay. An agent that
waits before its next attempt to connect then tries at once: for who has mended what refused it.
SIGTERM and SIGINT end it in order: what runs is finished within a few seconds, or stays
unacknowledged and comes again. Exit status: 0 ended in order, 1 failed, 2 wrong usage or
configuration.
)";

}  // namespace beckon::platform
