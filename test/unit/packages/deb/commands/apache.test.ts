import { expect, it } from "vitest";
import { debianCommands } from "../../../../../src/packages/deb/commands/table.ts";
import { toBytes } from "../../../../../src/packages/scripts/bytes.ts";
import { MemoryRoot } from "../../../../../src/packages/scripts/memory/memory-root.ts";
import { callCommand } from "../../../../support/command-call.ts";

const commands = debianCommands({ architecture: "amd64", machine: "x86_64", answers: new Map() });
const now = 1_700_000_000;

function apache(files: Readonly<Record<string, string>>): MemoryRoot {
  const root = new MemoryRoot({ now });
  for (const kind of ["mods", "conf", "sites"])
    for (const what of ["available", "enabled"])
      root.add(`/etc/apache2/${kind}-${what}`, { kind: "directory", mode: 0o755 });
  root.add("/var/lib/apache2", { kind: "directory", mode: 0o755 });
  for (const [name, text] of Object.entries(files))
    root.add(`/etc/apache2/${name}`, { kind: "file", mode: 0o644, content: toBytes(text) });
  return root;
}

/** What a command says on both streams, and with what it ends where that is not 0. */
function call(root: MemoryRoot, words: string): string {
  const { status, stdout, stderr, wanted } = callCommand(words.split(" "), { root, commands, now });
  if (wanted !== undefined) return `stops at ${wanted}`;
  return `${stdout}${stderr}${status === 0 ? "" : `= ${status}`}`.trimEnd();
}

const enabled = (root: MemoryRoot, kind: string): readonly string[] =>
  root.list(`/etc/apache2/${kind}-enabled`);
const modules = {
  "mods-available/alias.load": "",
  "mods-available/alias.conf": "",
  "mods-available/ssl.load": "# Depends: alias  mime\n# Conflicts: plain\nLoadModule x\n",
  "mods-available/mime.load": "",
  "mods-available/plain.load": "LoadModule y\n# Depends: none\n",
};

it("enables a module with its settings, what it needs before it, and tells what was so already", () => {
  const root = apache(modules);
  expect(call(root, "a2enmod -q ssl")).toBe(
    "Enabling module alias.\nEnabling module mime.\nEnabling module ssl.",
  );
  expect(enabled(root, "mods")).toEqual(["alias.conf", "alias.load", "mime.load", "ssl.load"]);
  expect(root.readlink("/etc/apache2/mods-enabled/alias.conf")).toBe(
    "../mods-available/alias.conf",
  );
  expect(call(root, "a2enmod alias.load")).toBe("Module alias already enabled");
  expect(call(root, "a2enmod -q alias")).toBe("");
  expect(call(root, "a2enmod ssl")).toContain("Considering dependency alias for ssl:");
});

it("refuses a module that is not there, that conflicts, or that others need", () => {
  const root = apache(modules);
  expect(call(root, "a2enmod none")).toBe("ERROR: Module none does not exist!\n= 1");
  // What it would need stands behind a setting, and so counts as a comment.
  expect(call(root, "a2enmod plain")).toBe("Enabling module plain.");
  expect(call(root, "a2enmod -q ssl")).toContain("ERROR: Module plain is enabled - cannot proceed");
  expect(enabled(root, "mods")).not.toContain("ssl.load");
  call(root, "a2dismod plain");
  call(root, "a2enmod -q ssl");
  expect(call(root, "a2dismod alias")).toBe(
    "ERROR: The following modules depend on alias and need to be disabled first: ssl\n= 1",
  );
  expect(call(root, "a2dismod -f alias")).toBe("Module ssl disabled.\nModule alias disabled.");
  expect(enabled(root, "mods")).toEqual(["mime.load"]);
});

it("takes cgid for cgi where Apache works in threads", () => {
  const files = { "mods-available/cgi.load": "", "mods-available/cgid.load": "" };
  const threaded = apache({ ...files, "mods-available/mpm_event.load": "" });
  call(threaded, "a2enmod mpm_event");
  expect(call(threaded, "a2enmod cgi")).toBe("Enabling module cgid.");
  expect(call(threaded, "a2dismod cgi")).toBe("Module cgi already disabled");
  expect(call(apache(files), "a2enmod cgi")).toBe("Enabling module cgi.");
});

it("switches sites and pages of configuration, and notes who did", () => {
  const root = apache({ "sites-available/shop.conf": "", "conf-available/tls.conf": "" });
  expect(call(root, "a2ensite shop.conf")).toBe("Enabling site shop.");
  expect(call(root, "a2enconf -m tls")).toBe("Enabling conf tls.");
  expect(call(root, "a2query -s shop")).toBe("shop (enabled by site administrator)");
  expect(call(root, "a2query -c tls")).toBe("tls (enabled by maintainer script)");
  expect(call(root, "a2disconf -m tls")).toBe("Conf tls disabled.");
  expect(call(root, "a2query -c tls")).toBe(
    "No conf matches tls (disabled by maintainer script)\n= 33",
  );
  expect(call(root, "a2dissite shop")).toBe("Site shop disabled.");
  expect(call(root, "a2query -s shop")).toBe(
    "No site matches shop (disabled by site administrator)\n= 32",
  );
  expect(call(root, "a2query -q -s other")).toBe("= 1");
  expect(call(root, "a2dissite shop")).toBe("Site shop already disabled");
});

it("forgets who switched what is purged, also of a site that has gone", () => {
  const root = apache({ "sites-available/shop.conf": "" });
  call(root, "a2ensite shop");
  expect(call(root, "a2dissite -p shop")).toBe("Site shop disabled.");
  expect(call(root, "a2query -s shop")).toBe("No site matches shop\n= 1");
  call(root, "a2ensite shop");
  root.remove("/etc/apache2/sites-available/shop.conf");
  expect(call(root, "a2dissite shop")).toBe("ERROR: Site shop does not exist!\n= 1");
  expect(call(root, "a2dissite -p shop")).toBe("");
});

it("tells the kind of Apache, and all that is enabled", () => {
  const root = apache({ ...modules, "mods-available/mpm_prefork.load": "" });
  expect(call(root, "a2query -M")).toBe("invalid");
  call(root, "a2enmod mpm_prefork");
  call(root, "a2enmod mime");
  expect(call(root, "a2query -M")).toBe("prefork");
  expect(call(root, "a2query -m")).toContain("mime (enabled by site administrator)");
  expect(call(root, "a2query -m mod_none")).toMatch(/= 1$/);
  expect(call(root, "a2query -v")).toBe("stops at a2query -v");
});

it("leaves what asks, and patterns, to who can", () => {
  const root = apache({});
  expect(call(root, "a2enmod")).toBe("stops at a2enmod that asks");
  expect(call(root, "a2ensite shop*")).toBe("stops at a2ensite by a pattern");
});
