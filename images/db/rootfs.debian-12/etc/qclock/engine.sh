# Debian's MariaDB: what qclock-db and qclock-db-health have to know of it.
readonly engine='mariadb 10.11'
readonly server_program=mariadbd
readonly longest_user=80
readonly client=(mariadb --skip-ssl)

# Makes the data in a folder, by a server that reads SQL and listens nowhere. The tables of performance_schema
# and the views of sys over it are left out: it is switched off.
make_data() {
  {
    # One statement a line: the server reads its bootstrap input line by line.
    printf '%s\n' 'CREATE DATABASE mysql;' 'USE mysql;' 'SET @auth_root_socket=NULL;' \
      && cat /usr/share/mysql/mysql_system_tables.sql /usr/share/mysql/mysql_system_tables_data.sql \
        /usr/share/mysql/maria_add_gis_sp_bootstrap.sql \
      && cat <<'SQL' && accounts_sql
USE mysql;
FLUSH PRIVILEGES;
DELETE FROM proxies_priv;
DELETE FROM global_priv WHERE NOT (User IN ('root', 'mariadb.sys') AND Host = 'localhost');
FLUSH PRIVILEGES;
SQL
  } | mariadbd --defaults-file="$settings" --bootstrap --datadir="$1" --skip-name-resolve=OFF --log-warnings=0 >&2
}
