# shellcheck shell=bash
# apt_install LOG PACKAGE...: installs from Debian without asking anything and without starting any daemon.
# The first try uses the package lists as they are; a machine that has none, or stale ones, gets a second.

apt_install() (
  local log=$1 no_daemons=/usr/sbin/policy-rc.d install; shift
  if [[ ! -e $no_daemons ]]; then
    trap 'rm -f "$no_daemons"' EXIT
    printf '#!/bin/sh\nexit 101\n' >"$no_daemons"
    chmod 755 "$no_daemons"
  elif ! grep -q 'exit 101' "$no_daemons"; then
    echo "$no_daemons lets packages start their daemons; make it exit 101 while this runs" >&2
    exit 1
  fi
  export DEBIAN_FRONTEND=noninteractive
  install=(apt-get install -y -q --no-install-recommends -o Dpkg::Options::=--force-confold -o Dpkg::Options::=--force-unsafe-io)
  if "${install[@]}" "$@" >>"$log" 2>&1; then exit 0; fi
  apt-get update -q >>"$log" 2>&1 || true
  if "${install[@]}" "$@" >>"$log" 2>&1; then exit 0; fi
  tail -20 "$log" >&2
  exit 1
)

# missing_packages PACKAGE...: those that are not installed.
missing_packages() {
  local package
  for package in "$@"; do
    [[ $(dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null) == ii* ]] || echo "$package"
  done
}
