# What the tests of the package stand on; each is run as root on a machine of its own that has
# systemd or not. GATEWAYD_DEB: the package, else the one that apt has.
set -eu

config=/etc/gatewayd/gatewayd.toml
socket=/run/gatewayd/control.sock
url=http://127.0.0.1:8000
work=$(mktemp -d)
export DEBIAN_FRONTEND=noninteractive

fail() {
  echo "FAIL: $*" >&2
  systemd_runs && journalctl --no-pager -u gatewayd.service | tail -n 40 >&2
  [ -f "$work/log" ] && tail -n 40 "$work/log" >&2
  exit 1
}

ok() { echo "ok: $*"; }

systemd_runs() { [ -d /run/systemd/system ]; }

# eventually WHAT COMMAND...: waits until the command succeeds, 30 s at most.
eventually() {
  what=$1
  shift
  for _ in $(seq 300); do
    if "$@" >/dev/null 2>&1; then return 0; fi
    sleep 0.1
  done
  fail "waited in vain: $what"
}

healthy() { [ "$(curl -s -o /dev/null -w '%{http_code}' "$url/health")" = 200 ]; }

# The process that the control socket answers for.
serving() { gatewayctl status -o json | sed -n 's/^ *"process": \([0-9]*\),\{0,1\}$/\1/p'; }

package() {
  if [ -n "${GATEWAYD_DEB:-}" ]; then
    echo "$GATEWAYD_DEB"
  else
    (cd "$work" && apt-get download -q gatewayd >&2 && echo "$work"/gatewayd_*.deb)
  fi
}

# version_as VERSION: the package under another version; prints its path.
version_as() {
  rm -rf "$work/other"
  dpkg-deb -R "$(package)" "$work/other"
  sed -i "s/^Version: .*/Version: $1/" "$work/other/DEBIAN/control"
  dpkg-deb --root-owner-group -Zgzip -b "$work/other" "$work/gatewayd_$1.deb" >/dev/null
  echo "$work/gatewayd_$1.deb"
}

version() { dpkg-deb -f "$(package)" Version; }

install_package() {
  apt-get install -q -y --allow-downgrades --reinstall \
    -o Dpkg::Options::=--force-confold "$1" >"$work/apt" 2>&1 || { cat "$work/apt"; fail "apt $1"; }
}

# Where there is no systemd, started as the unit does it.
start() {
  if systemd_runs; then
    systemctl start gatewayd.service
  else
    install -d -o gatewayd -g gatewayd -m 0750 /var/lib/gatewayd /var/log/gatewayd
    setpriv --reuid gatewayd --regid gatewayd --groups gatewayd-admin \
      /usr/sbin/gatewayd --config "$config" >>"$work/log" 2>&1 &
  fi
  eventually "an answer of /health" healthy
  eventually "the control socket" gatewayctl status
}

stop() {
  if systemd_runs; then
    systemctl stop gatewayd.service
  elif [ -S "$socket" ]; then
    process=$(serving)
    kill "$process"
    eventually "the end of $process" ended "$process"
  fi
}

# How often systemd has started it again.
restarts() { [ "$(systemctl show -p NRestarts --value gatewayd.service)" = "$1" ]; }

# Whoever started it may not have asked for its status yet.
ended() { [ ! -d "/proc/$1" ] || grep -q '^State:[[:space:]]*Z' "/proc/$1/status"; }

# A load of new and kept connections; load_stop prints what it saw and fails when anything failed.
load_start() {
  python3 "$(dirname "$0")/load.py" 127.0.0.1 8000 >"$work/load" 2>&1 &
  load=$!
  eventually "the first answers" test -s "$work/load"
}

load_stop() {
  kill -INT "$load"
  wait "$load" || { cat "$work/load"; fail "requests failed under load"; }
  tail -n 1 "$work/load"
}
