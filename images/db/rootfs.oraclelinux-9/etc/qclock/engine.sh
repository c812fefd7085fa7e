# Oracle Linux's MySQL: what qclock-db and qclock-db-health have to know of it.
readonly engine='mysql 8.0'
readonly server_program=/usr/libexec/mysqld
readonly longest_user=32
# Its accounts log in with a password that is sent encrypted only: the client asks for the server's key.
readonly client=(mysql --ssl-mode=DISABLED --get-server-public-key)

# Makes the data in a folder: first the system's tables, then the accounts, which such a run must not make.
make_data() {
  local fresh=$1 socket=/run/qclock/first-start.sock server
  "$server_program" --defaults-file="$settings" --initialize-insecure --datadir="$fresh" >&2 &
  wait "$!" || return
  "$server_program" --defaults-file="$settings" --datadir="$fresh" --skip-networking --socket="$socket" \
    --pid-file=/run/qclock/first-start.pid >&2 &
  server=$!
  until [[ -S $socket ]]; do
    kill -0 "$server" 2>/dev/null || return
    sleep 0.1
  done
  accounts_sql | mysql --no-defaults --socket="$socket" --user=root >&2 || return
  # Told by a signal, since root has a password now. The data is complete when the server has ended.
  kill -TERM "$server" && wait "$server"
}
