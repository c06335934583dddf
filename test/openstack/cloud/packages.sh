# shellcheck shell=bash
# Which of Debian's packages the cloud is made of.

# nova-compute wants some nova-compute-hypervisor: nova-compute-ironic is the one that pulls in neither libvirt nor qemu.
PACKAGES=(
  keystone placement-api glance-api neutron-server
  nova-api nova-conductor nova-scheduler nova-compute nova-compute-ironic
  cinder-api cinder-scheduler cinder-volume
  rabbitmq-server mariadb-server python3-pymysql
  uwsgi-core uwsgi-plugin-python3
  python3-openstackclient python3-openstacksdk
  curl procps
)

# install_packages yes|no: "no" only checks.
install_packages() {
  local missing package question
  mapfile -t missing < <(missing_packages "${PACKAGES[@]}")
  ((${#missing[@]})) || return 0
  [[ $1 == yes ]] || die "not installed: ${missing[*]}"
  say "installing ${missing[*]}"
  # Debian's packages offer to make databases and endpoints; ours are made below.
  for package in keystone nova-{common,api} neutron-{common,api} glance-{common,api} cinder-{common,api} placement-{common,api}; do
    for question in configure_db register-endpoint; do echo "$package $package/$question boolean false"; done
  done | debconf-set-selections 2>/dev/null || true
  apt_install "$LOGS/apt.log" "${PACKAGES[@]}" || die "apt-get install (log: $LOGS/apt.log)"
  say 'packages installed'
}
