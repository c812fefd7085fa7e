import { sharedCommands } from "../../commands/table.ts";
import type { Command, CommandTable } from "../../scripts/command.ts";
import { failure, nothing } from "../../scripts/commands/system.ts";
import { baseCommands } from "../../scripts/commands/table.ts";
import { adduser, deluser } from "./adduser.ts";
import { apacheQuery, apacheSwitch } from "./apache.ts";
import { updateCatalog, updateXmlCatalog } from "./catalogs.ts";
import { debconfCommands, type DebconfAnswers } from "./debconf/commands.ts";
import { dpkgDivert } from "./dpkg-divert.ts";
import { dpkgQuery } from "./dpkg-query.ts";
import { dpkgStatoverride } from "./dpkg-statoverride.ts";
import { type DebianFacts, dpkg, dpkgArchitecture, dpkgTrigger, dpkgVendor } from "./dpkg.ts";
import { gioQuerymodules } from "../../commands/gio-querymodules.ts";
import { glibCompileSchemas } from "../../commands/glib-compile-schemas.ts";
import { graphvizConfig } from "./graphviz.ts";
import { gtkUpdateIconCache } from "../../commands/gtk-update-icon-cache.ts";
import { helpztags } from "./helpztags.ts";
import { java, keytool } from "./java.ts";
import { dpkgRealpath, leftOut, perl, setcap, su } from "./left-out.ts";
import { libraryRules } from "./library-rules.ts";
import { lighttpdSwitch } from "./lighttpd.ts";
import { locale } from "./locale.ts";
import { maintscriptHelper } from "./maintscript-helper.ts";
import { mkfontscale } from "./mkfontscale.ts";
import { openssl } from "./openssl.ts";
import { pamAuthUpdate } from "./pam-auth-update.ts";
import { exim4, namedCheckconf, sshd } from "./server-settings.ts";
import { invoke } from "./services.ts";
import { rndcConfgen } from "./rndc-confgen.ts";
import { updatePerlSaxParsers } from "./sax-parsers.ts";
import { addShell, removeShell } from "./shells.ts";
import { slapadd } from "./slapd/slapadd.ts";
import { slappasswd } from "./slapd/slappasswd.ts";
import {
  apache2ctl,
  asOther,
  chronyd,
  df,
  emacsPackageInstall,
  journalctl,
  kpseTool,
  lpstat,
  mountpoint,
  paperconf,
  proftpd,
  python,
  updateLocale,
} from "./small-tools.ts";
import { squid } from "./squid.ts";
import { systemdHelper, unitFolders } from "./systemd-helper.ts";
import { ucf, ucfr } from "./ucf.ts";
import { updateAlternatives } from "./update-alternatives.ts";
import { phpenmod, phpquery } from "./php.ts";
import { updateCaCertificates } from "./update-ca-certificates.ts";
import { updateMime } from "./update-mime.ts";
import { pamGetenv } from "./pam-getenv.ts";
import { pgConftool, pgLsclusters } from "./postgresql.ts";
import { newaliases } from "./postfix/newaliases.ts";
import { postconf } from "./postfix/postconf.ts";
import { pgUpdatedicts } from "./pg-updatedicts.ts";
import { gtkQueryImmodules, pixbufQueryLoaders } from "./query-modules.ts";
import { updateMimeDatabase } from "./update-mime-database.ts";
import { updateRc } from "./update-rc.ts";

export interface DebianCommandOptions extends DebianFacts {
  /** As `uname -m` says it, such as `x86_64`. */
  readonly machine: string;
  readonly answers: DebconfAnswers;
}

/** The commands that maintainer scripts of Debian find, with those of every distribution. */
export function debianCommands(options: DebianCommandOptions): CommandTable {
  const libraries = `/usr/lib/${options.machine}-linux-gnu`;
  return new Map<string, Command>([
    ...baseCommands(options),
    ...debconfCommands(options.answers),
    ...Array.from(leftOut.keys(), (name): [string, Command] => [name, nothing]),
    ...sharedCommands({
      useradd: { locked: "!" },
      libraries: libraryRules(options.machine),
      unitFolders,
    }),
    // AppArmor is not at work while an image is made.
    ["aa-enabled", failure],
    ["aa-status", failure],
    // As in a chroot: there is no system to tell of anything.
    ["ischroot", nothing],
    // No process of the image runs, and no socket is open.
    ["lsmod", nothing],
    ["dbus-send", failure],
    ["runlevel", failure],
    ["ss", nothing],
    ["sv", failure],
    // Programs that scripts call by their paths alone.
    ["/lib/systemd/systemd-sysctl", nothing],
    ["/usr/lib/emacsen-common/emacs-package-install", emacsPackageInstall],
    ["/usr/share/postgresql-common/pg_checksystem", nothing],
    [`${libraries}/gdk-pixbuf-2.0/gdk-pixbuf-query-loaders`, pixbufQueryLoaders],
    [`${libraries}/glib-2.0/gio-querymodules`, gioQuerymodules],
    [`${libraries}/glib-2.0/glib-compile-schemas`, glibCompileSchemas],
    [`${libraries}/libgtk-3-0/gtk-query-immodules-3.0`, gtkQueryImmodules],
    [`${libraries}/libgtk-3-0t64/gtk-query-immodules-3.0`, gtkQueryImmodules],
    [`${libraries}/libgtk2.0-0/gtk-query-immodules-2.0`, gtkQueryImmodules],
    [`${libraries}/libgtk2.0-0t64/gtk-query-immodules-2.0`, gtkQueryImmodules],
    // All others, by their names.
    ["a2disconf", apacheSwitch],
    ["a2dismod", apacheSwitch],
    ["a2dissite", apacheSwitch],
    ["a2enconf", apacheSwitch],
    ["a2enmod", apacheSwitch],
    ["a2ensite", apacheSwitch],
    ["a2query", apacheQuery],
    ["add-shell", addShell],
    ["addgroup", adduser],
    ["adduser", adduser],
    ["apache2ctl", apache2ctl],
    ["apachectl", apache2ctl],
    ["chronyd", chronyd],
    ["deb-systemd-helper", systemdHelper],
    ["deb-systemd-invoke", invoke],
    ["delgroup", deluser],
    ["deluser", deluser],
    ["df", df],
    ["dpkg", dpkg(options)],
    ["dpkg-architecture", dpkgArchitecture(options)],
    ["dpkg-divert", dpkgDivert],
    ["dpkg-maintscript-helper", maintscriptHelper],
    ["dpkg-query", dpkgQuery],
    ["dpkg-realpath", dpkgRealpath],
    ["phpenmod", phpenmod],
    ["phpquery", phpquery],
    ["setcap", setcap],
    ["dpkg-statoverride", dpkgStatoverride],
    ["dpkg-trigger", dpkgTrigger],
    ["dpkg-vendor", dpkgVendor],
    ["exim4", exim4],
    ["gdk-pixbuf-query-loaders", pixbufQueryLoaders],
    ["getcap", nothing],
    ["gio-querymodules", gioQuerymodules],
    ["gtk-update-icon-cache-3.0", gtkUpdateIconCache],
    ["gtk4-update-icon-cache", gtkUpdateIconCache],
    ["helpztags", helpztags],
    ["invoke-rc.d", invoke],
    ["java", java],
    ["journalctl", journalctl],
    ["keytool", keytool],
    ["kpseaccess", kpseTool],
    ["kpsereadlink", kpseTool],
    ["kpsestat", kpseTool],
    ["libgvc6-config-update", graphvizConfig(libraries)],
    ["lighty-disable-mod", lighttpdSwitch],
    ["lighty-enable-mod", lighttpdSwitch],
    ["locale", locale],
    ["lpstat", lpstat],
    ["mkfontscale", mkfontscale],
    ["mountpoint", mountpoint],
    ["newaliases", newaliases],
    ["named-checkconf", namedCheckconf],
    ["openssl", openssl],
    ["pam-auth-update", pamAuthUpdate],
    ["paperconf", paperconf],
    ["pam_getenv", pamGetenv],
    ["perl", perl],
    ["pg_conftool", pgConftool],
    ["pg_lsclusters", pgLsclusters],
    ["pg_updatedicts", pgUpdatedicts],
    ["postconf", postconf],
    ["proftpd", proftpd],
    ["python3", python],
    ["python3.11", python],
    ["python3.13", python],
    ["rndc-confgen", rndcConfgen],
    ["remove-shell", removeShell],
    ["runuser", asOther],
    ["service", invoke],
    ["setpriv", asOther],
    ["slapadd", slapadd],
    ["slappasswd", slappasswd],
    ["squid", squid],
    ["sshd", sshd],
    ["start-stop-daemon", invoke],
    ["su", su],
    ["ucf", ucf],
    ["ucfr", ucfr],
    ["update-alternatives", updateAlternatives],
    ["update-ca-certificates", updateCaCertificates],
    ["update-catalog", updateCatalog],
    ["update-locale", updateLocale],
    ["update-mime", updateMime],
    ["update-mime-database", updateMimeDatabase],
    ["update-perl-sax-parsers", updatePerlSaxParsers],
    ["update-rc.d", updateRc],
    ["update-xmlcatalog", updateXmlCatalog],
  ]);
}
