import { createHash } from "node:crypto";

/**
 * Maintainer scripts in other languages than the shell's, by the digest of their text: what they do
 * where nobody answers questions, written for the shell. A script of another version is unknown
 * again until somebody has compared it.
 */
export const translations: ReadonlyMap<string, string> = new Map([
  [
    // The config of postfix 3.7, in Perl, in a root whose host has no name that can be looked up.
    "fd43c647b32dfb17b5f3de72cacdff1efaaa732dc8becc0a5e4641cf6013c635",
    `#!/bin/sh
set -e
. /usr/share/debconf/confmodule
fill() {
    db_fget "postfix/$1" seen
    [ "$RET" = true ] || db_set "postfix/$1" "$2"
}
host=localhost
domain=localdomain
[ ! -f /etc/postfix/main.cf ] || fill main_mailer_type "No configuration"
db_get postfix/main_mailer_type
type=$RET
if [ "$type" = "No configuration" ]; then
    db_fset postfix/newaliases run false
else
    fill mailname "$domain"
    db_get postfix/mailname
    name=$RET
    case "$type" in
        "Internet with smarthost"|"Satellite system") fill relayhost "smtp.$domain" ;;
    esac
    others="$host, localhost.$domain, localhost"
    case "$type:.$host" in
        "Internet Site:"*) fill destinations "\\$myhostname, $name, $others" ;;
        *".$name") fill destinations "\\$myhostname, $others" ;;
        *) fill destinations "$name, \\$myhostname, $others" ;;
    esac
    db_fset postfix/destinations set true
    if [ -x /usr/bin/procmail ]; then fill procmail true; else fill procmail false; fi
    fill protocols all
fi
: > /var/spool/postfix/restart
`,
  ],
  [
    // The postinst of krb5-config 2.7, in Perl, at a first installation.
    "a5735bd836a35cee23fc122908a81db91624d612f0f011a3007591759dca91d6",
    `#!/bin/sh
set -e
. /usr/share/debconf/confmodule
[ "$1" = configure ] || [ "$1" = reconfigure ] || exit 0
file=/etc/krb5.conf
db_set krb5-config/read_conf true
db_get krb5-config/default_realm
realm=$RET
[ ! -L "$file" ] || exit 0
[ -f "$file" ] || cp /usr/share/kerberos-configs/krb5.conf.template "$file"
if [ -n "$realm" ]; then
    sed -i "/^[[:space:]]*\\[libdefaults\\]/,/^[[:space:]]*\\[/{
        /^[[:space:]]*[#;]/!s/default_realm\\([[:space:]]*\\)=.*/default_realm\\1= $realm/
    }" "$file"
fi
db_get krb5-config/add_servers
[ "$RET" = true ] || exit 0
! grep -q "^[[:space:]]*$realm[[:space:]]*=[[:space:]]*{" "$file" || exit 0
db_get krb5-config/kerberos_servers
servers=$RET
db_reset krb5-config/kerberos_servers
[ -n "$servers" ] || exit 0
db_get krb5-config/admin_server
admin=$RET
db_reset krb5-config/admin_server
text="\\n\t$realm = {"
for server in $servers; do text="$text\\n\t\tkdc = $server"; done
[ -z "$admin" ] || text="$text\\n\t\tadmin_server = $admin"
sed -i "s/\\[realms\\]/[realms]$text\\n\t}/" "$file"
`,
  ],
]);

/** The same for the shell; undefined where the script is not known. */
export function translationOf(text: string): string | undefined {
  return translations.get(createHash("sha256").update(text).digest("hex"));
}
