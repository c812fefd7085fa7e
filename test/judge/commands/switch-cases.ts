import type { RootCase } from "./root-case.ts";

type Call = RootCase["calls"][number];

const shell = (text: string): Call => ["sh", "-c", text];
/** What the originals print beside is not compared. */
const quiet = (text: string): Call => shell(`${text} >/dev/null 2>&1`);
const tree = (folders: string): Call => shell(`find ${folders} -printf '%p %y %l\\n' | sort`);

const apacheFolders = Object.fromEntries(
  ["mods", "conf", "sites"].flatMap((kind) => [
    [`/etc/apache2/${kind}-available/`, ""],
    [`/etc/apache2/${kind}-enabled/`, ""],
  ]),
);
const shownApache: readonly Call[] = [
  tree("/etc/apache2/mods-enabled /etc/apache2/conf-enabled /etc/apache2/sites-enabled"),
  tree("/var/lib/apache2 -type f"),
];
const module = (name: string, text = "LoadModule x\n"): Readonly<Record<string, string>> => ({
  [`/etc/apache2/mods-available/${name}.load`]: text,
});

const apacheCase = (
  name: string,
  calls: readonly Call[],
  files: Readonly<Record<string, string>> = {},
): RootCase => ({
  name: `apache2: ${name}`,
  folders: ["/etc/apache2", "/var/lib/apache2"],
  files: {
    ...apacheFolders,
    "/etc/apache2/apache2.conf": "",
    "/var/lib/apache2/module/": "",
    "/var/lib/apache2/conf/": "",
    "/var/lib/apache2/site/": "",
    ...module("alias"),
    "/etc/apache2/mods-available/alias.conf": "",
    ...module("mime"),
    ...module("ssl", "# Depends: alias  mime\n# Conflicts: plain other\nLoadModule x\n"),
    ...module("plain", "\n# about it\n\nLoadModule y\n# Depends: none\n"),
    ...module("deep", "# Depends: ssl\nLoadModule z\n"),
    ...module("broken", "# Depends: none\n"),
    "/etc/apache2/conf-available/a.conf": "",
    "/etc/apache2/conf-available/b.conf": "",
    "/etc/apache2/sites-available/000-default.conf": "",
    ...files,
  },
  calls: [...calls, ...shownApache],
});

const php = "/etc/php/8.2";
const phpFiles = {
  [`${php}/mods-available/a.ini`]: "; priority=10\nextension=a\n",
  [`${php}/mods-available/b.ini`]: "; configuration\n;priority = 30 \nextension=b\n",
  [`${php}/mods-available/c.ini`]: "extension=c\n",
  [`${php}/cli/conf.d/`]: "",
  [`${php}/fpm/conf.d/`]: "",
  "/usr/lib/php/8.2/sapi/cli": "",
  "/usr/lib/php/8.2/sapi/fpm": "",
  "/usr/lib/php/8.2/sapi/old.dpkg-old": "",
  "/usr/lib/php/7.4/sapi/cli": "",
  "/usr/lib/php/20220829/": "",
  "/etc/php/7.4/mods-available/a.ini": "",
  "/etc/php/7.4/cli/conf.d/": "",
  "/var/lib/php/modules/8.2/registry/": "",
  "/var/lib/php/modules/7.4/registry/": "",
};
const phpCase = (name: string, calls: readonly Call[]): RootCase => ({
  name: `php: ${name}`,
  folders: ["/etc/php", "/usr/lib/php/8.2", "/usr/lib/php/7.4", "/var/lib/php/modules"],
  files: phpFiles,
  calls: [...calls, tree("/etc/php/*/*/conf.d"), shell("find /var/lib/php/modules -type f | sort")],
});

/** Modules of Apache and of PHP that are switched on and off. */
export const switchCases: readonly RootCase[] = [
  apacheCase("modules with what they need, and those that conflict", [
    quiet("a2enmod -q alias"),
    quiet("a2enmod -q ssl"),
    quiet("a2enmod ssl"),
    quiet("a2enmod none"),
    quiet("a2enmod broken"),
    quiet("a2enmod plain none mime"),
    quiet("a2enmod -q ssl.load"),
    shell("a2query -q -m ssl"),
    shell("a2query -m ssl"),
    shell("a2query -m mod_ssl 2>&1"),
    shell("a2query -m modssl 2>&1"),
    shell("a2query -m plain.load"),
  ]),
  apacheCase("what conflicts with a module that is on", [
    quiet("a2enmod -q plain"),
    quiet("a2enmod -q ssl"),
    quiet("a2dismod -q plain"),
    quiet("a2enmod -q deep"),
  ]),
  apacheCase("modules that others need", [
    quiet("a2enmod -q deep"),
    quiet("a2dismod -q alias"),
    quiet("a2dismod -q ssl"),
    quiet("a2dismod -q deep"),
    quiet("a2dismod -q ssl alias"),
    quiet("a2dismod -q alias"),
    quiet("a2dismod -q none"),
  ]),
  apacheCase("modules that go with those that need them", [
    quiet("a2enmod -q deep"),
    quiet("a2dismod -q -f alias"),
    shell("a2query -m deep 2>&1"),
    shell("a2query -m ssl 2>&1"),
  ]),
  apacheCase("who switched", [
    quiet("a2enmod -q -m alias"),
    shell("a2query -m alias"),
    quiet("a2dismod -q -m alias"),
    shell("a2query -m alias 2>&1"),
    quiet("a2enmod -q alias"),
    shell("a2query -m alias"),
    quiet("a2dismod -q alias"),
    shell("a2query -m alias 2>&1"),
    quiet("a2enmod -q mime"),
    quiet("a2dismod -q -p mime"),
    shell("a2query -m mime 2>&1"),
    quiet("a2dismod -q -p gone"),
  ]),
  apacheCase("pages of configuration and sites", [
    quiet("a2enconf -q a"),
    quiet("a2enconf -q a.conf b"),
    quiet("a2enconf -q none"),
    quiet("a2disconf -q b"),
    quiet("a2ensite -q 000-default"),
    shell("a2query -c a"),
    shell("a2query -c b 2>&1"),
    shell("a2query -s 000-default"),
    shell("a2query -s 000-default.conf"),
    shell("a2query -s none 2>&1"),
    quiet("a2dissite -q 000-default.conf"),
    quiet("a2dissite -q 000-default"),
    shell("a2query -s 000-default 2>&1"),
  ]),
  apacheCase(
    "ways to serve, and what goes with them",
    [
      shell("a2query -M"),
      quiet("a2enmod -q mpm_event"),
      shell("a2query -M"),
      quiet("a2enmod -q cgi"),
      quiet("a2dismod -q mpm_event"),
      quiet("a2enmod -q mpm_prefork"),
      shell("a2query -M"),
      quiet("a2enmod -q cgi"),
    ],
    {
      ...module("mpm_event", "# Conflicts: mpm_worker mpm_prefork\nLoadModule x\n"),
      ...module("mpm_prefork", "# Conflicts: mpm_worker mpm_event\nLoadModule x\n"),
      ...module("cgi"),
      ...module("cgid"),
    },
  ),
  apacheCase("a file in the place of a link, and one that leads elsewhere", [
    quiet("touch /etc/apache2/conf-enabled/a.conf"),
    quiet("ln -s ../conf-available/a.conf /etc/apache2/conf-enabled/b.conf"),
    quiet("ln -s ../none.load /etc/apache2/mods-enabled/alias.load"),
    quiet("a2enconf -q a"),
    quiet("a2enconf -q b"),
    quiet("a2enmod -q alias"),
    quiet("a2disconf -q b"),
  ]),
  phpCase("modules by their priority", [
    quiet("phpenmod a b c"),
    shell("phpquery -v 8.2 -s cli -m a"),
    shell("phpquery -v 8.2 -s fpm -m b"),
    shell("phpquery -q -v 8.2 -s fpm -m none"),
    shell("phpquery -v 8.2 -s fpm -m none"),
    shell("phpquery -v 7.4 -s cli -m a"),
    shell("phpquery -V"),
    shell("phpquery -v 8.2 -S | sort"),
    shell("phpquery -v 8.2 -M | sort"),
    shell("phpquery -v 8.2 -s cli"),
    shell("phpquery -q -v 8.2 -s cli"),
  ]),
  phpCase("modules of one version and one way", [
    quiet("phpenmod -v 8.2 -s cli a"),
    quiet("phpenmod -m -v 8.2 -s fpm a"),
    quiet("phpenmod -m -r -v 8.2 b"),
    quiet("phpenmod -v ALL -s ALL c"),
    quiet("phpenmod -v 8.2 none"),
    shell("phpquery -v 8.2 -s cli -m a"),
    shell("phpquery -v 8.2 -s fpm -m a"),
    shell("phpquery -v 8.2 -M | sort"),
  ]),
  phpCase("what an administrator changed stays", [
    quiet("phpenmod -m -v 8.2 a b"),
    quiet("rm /etc/php/8.2/cli/conf.d/10-a.ini"),
    shell("phpquery -v 8.2 -s cli -m a"),
    quiet(
      "mkdir -p /var/lib/php/modules/8.2/cli/disabled_by_admin /var/lib/php/modules/8.2/fpm/disabled_by_maint",
    ),
    quiet("touch /var/lib/php/modules/8.2/cli/disabled_by_admin/a"),
    quiet("touch /var/lib/php/modules/8.2/fpm/disabled_by_maint/c"),
    quiet("phpenmod -m -v 8.2 a"),
    shell("phpquery -v 8.2 -s cli -m a"),
    shell("phpquery -v 8.2 -s fpm -m c"),
    quiet("ln -sf /etc/php/8.2/mods-available/c.ini /etc/php/8.2/fpm/conf.d/30-b.ini"),
    quiet("phpenmod -m -v 8.2 b c"),
    shell("phpquery -v 8.2 -s fpm -m b"),
    quiet("rm -rf /etc/php/8.2/fpm/conf.d"),
    quiet("phpenmod -v 8.2 -s fpm a"),
    quiet("phpenmod -v 8.2 -s cli a"),
    shell("phpquery -v 8.2 -s cli -m a"),
  ]),
];
