import { expect, test } from "vitest";
import { debianCommands } from "../../../../../src/packages/deb/commands/table.ts";
import { toBytes } from "../../../../../src/packages/scripts/bytes.ts";
import { MemoryRoot } from "../../../../../src/packages/scripts/memory/memory-root.ts";
import { callCommand, type CalledCommand } from "../../../../support/command-call.ts";

const MODULES = "/etc/php/8.2/mods-available";
const STATE = "/var/lib/php/modules/8.2";

/** PHP 8.2 with two ways to run it, and PHP 7.4 without any. */
function phpRoot(files: Readonly<Record<string, string>> = {}): MemoryRoot {
  const root = new MemoryRoot({ now: 1_700_000_000 });
  for (const folder of ["cli", "fpm"]) {
    root.add(`/usr/lib/php/8.2/sapi/${folder}`, { kind: "file", mode: 0o644 });
    root.add(`/etc/php/8.2/${folder}/conf.d`, { kind: "directory", mode: 0o755 });
  }
  root.add("/usr/lib/php/8.2/sapi/fpm.dpkg-old", { kind: "file", mode: 0o644 });
  root.add("/usr/lib/php/7.4", { kind: "directory", mode: 0o755 });
  root.add("/usr/lib/php/20220829", { kind: "directory", mode: 0o755 });
  for (const [path, text] of Object.entries(files))
    root.add(path, { kind: "file", mode: 0o644, content: toBytes(text) });
  return root;
}

function call(root: MemoryRoot, ...argv: readonly string[]): CalledCommand {
  const commands = debianCommands({ architecture: "amd64", machine: "x86_64", answers: new Map() });
  return callCommand(argv, { root, commands });
}

function links(root: MemoryRoot): readonly string[] {
  return [...root.entries()].flatMap(({ path, target }) =>
    target === undefined ? [] : [`${path} -> ${target}`],
  );
}

function marks(root: MemoryRoot): readonly string[] {
  const found = [...root.entries()].map(({ path, status }) => ({ path, kind: status.kind }));
  return found.flatMap(({ path, kind }) =>
    kind === "file" && path.startsWith(STATE) ? [path.slice(STATE.length + 1)] : [],
  );
}

test("a module is enabled for every way in which PHP is run, by its priority, and noted", () => {
  const root = phpRoot({
    [`${MODULES}/pdo.ini`]: "; configuration\n; priority=10\nextension=pdo.so\n",
    [`${MODULES}/ctype.ini`]: "extension=ctype.so\n",
  });

  expect(call(root, "phpenmod", "-q", "-v", "8.2", "-m", "-r", "pdo")).toMatchObject({ status: 0 });
  expect(call(root, "phpenmod", "-m", "-v", "8.2", "-s", "fpm", "ctype/20")).toMatchObject({
    status: 0,
  });

  expect(links(root)).toEqual([
    `/etc/php/8.2/cli/conf.d/10-pdo.ini -> ${MODULES}/pdo.ini`,
    `/etc/php/8.2/fpm/conf.d/10-pdo.ini -> ${MODULES}/pdo.ini`,
    `/etc/php/8.2/fpm/conf.d/20-ctype.ini -> ${MODULES}/ctype.ini`,
  ]);
  expect(marks(root)).toEqual([
    "cli/enabled_by_maint/pdo",
    "fpm/enabled_by_maint/ctype",
    "fpm/enabled_by_maint/pdo",
    "registry/pdo",
  ]);
  expect(call(root, "phpquery", "-M", "-v", "8.2").stdout).toBe("pdo\n");
  expect(call(root, "phpquery", "-v", "8.2", "-s", "fpm", "-m", "pdo")).toMatchObject({
    status: 0,
    stdout: "pdo (Enabled for fpm by maintainer script)\n",
  });
});

test("what an administrator said stays, against a maintainer script", () => {
  const root = phpRoot({
    [`${MODULES}/off.ini`]: "",
    [`${MODULES}/on.ini`]: "",
    [`${MODULES}/own.ini`]: "",
    [`${STATE}/fpm/disabled_by_admin/off`]: "",
    [`${STATE}/fpm/enabled_by_admin/on`]: "",
  });
  root.symlink("/etc/own.ini", "/etc/php/8.2/fpm/conf.d/20-own.ini");
  root.write("/etc/own.ini", toBytes("own"));

  for (const module of ["off", "on", "own"])
    call(root, "phpenmod", "-m", "-v", "8.2", "-s", "fpm", module);

  expect(links(root)).toEqual([
    `/etc/php/8.2/fpm/conf.d/20-on.ini -> ${MODULES}/on.ini`,
    "/etc/php/8.2/fpm/conf.d/20-own.ini -> /etc/own.ini",
  ]);
  expect(marks(root)).toEqual(["fpm/disabled_by_admin/off", "fpm/enabled_by_admin/on"]);
  const status = (module: string): number =>
    call(root, "phpquery", "-q", "-v", "8.2", "-s", "fpm", "-m", module).status;
  expect([status("off"), status("own"), status("none")]).toEqual([32, 34, 1]);

  call(root, "phpenmod", "-v", "8.2", "-s", "fpm", "off");
  expect(marks(root)).toEqual(["fpm/enabled_by_admin/off", "fpm/enabled_by_admin/on"]);
});

test("versions, ways to run PHP, and what is not there", () => {
  const root = phpRoot({ [`${MODULES}/a.ini`]: "" });

  expect(call(root, "phpquery", "-V").stdout).toBe("8.2\n7.4\n");
  expect(call(root, "phpquery", "-S", "-v", "8.2").stdout).toBe("cli\nfpm\nfpm.dpkg-old\n");
  expect(call(root, "phpquery", "-v", "8.2", "-s", "cgi").status).toBe(1);
  expect(call(root, "phpquery", "-v", "5.6", "-s", "cli", "-m", "a").status).toBe(1);
  const missing = call(root, "phpenmod", "-v", "8.2", "-s", "cgi", "a", "none");
  expect(missing).toMatchObject({
    status: 0,
    stderr:
      "WARNING: Directory /etc/php/8.2/cgi/conf.d doesn't exist, not enabling the module\n" +
      `WARNING: Module none ini file doesn't exist under ${MODULES}\n`,
  });
  expect(links(root)).toEqual([]);
  expect(call(root, "phpenmod", "-p", "a").wanted).toMatch(/-p of phpenmod/);
  expect(call(root, "phpenmod", "-v", "ALL", "-v", "8.2", "a").wanted).toBeDefined();
});
