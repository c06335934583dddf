# shellcheck shell=bash
# MariaDB, on a unix socket only. One server for all: SQLite does not do, neutron's migrations need ALTER of constraints.

db_url() { echo "mysql+pymysql://root@localhost/$1?unix_socket=$DB_SOCKET&charset=utf8"; }
sql() { mariadb --no-defaults -uroot -S "$DB_SOCKET" "$@"; }

# epoch COLUMN: SQL for a UTC datetime column as seconds since 1970.
epoch() { echo "timestampdiff(second, '1970-01-01', $1)"; }

create_databases() {
  local name
  for name in keystone placement glance neutron cinder nova nova_api nova_cell0; do
    echo "CREATE DATABASE IF NOT EXISTS $name CHARACTER SET utf8mb3;"
  done | sql
}

start_database() {
  if [[ ! -d $CLOUD_DIR/mysql/mysql ]]; then
    mariadb-install-db --no-defaults --user=root --datadir="$CLOUD_DIR/mysql" --skip-test-db \
      --auth-root-authentication-method=normal >"$LOGS/mariadb-install.log" 2>&1
  fi
  # The data may be lost: durability is off, which is what makes building the schemas quick.
  start mariadb mariadbd --no-defaults --user=root --datadir="$CLOUD_DIR/mysql" --socket="$DB_SOCKET" \
    --skip-networking --pid-file="$CLOUD_DIR/mysql/mariadbd.pid" --max-connections=600 \
    --innodb-buffer-pool-size=256M --innodb-flush-log-at-trx-commit=0 --innodb-doublewrite=0 \
    --innodb-flush-method=nosync --skip-log-bin --character-set-server=utf8mb3
  wait_for mariadb 60 sql -e 'select 1'
  once dbs create_databases
}
