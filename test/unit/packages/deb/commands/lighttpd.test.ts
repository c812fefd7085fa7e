import { expect, it } from "vitest";
import { debianCommands } from "../../../../../src/packages/deb/commands/table.ts";
import { toBytes } from "../../../../../src/packages/scripts/bytes.ts";
import { MemoryRoot } from "../../../../../src/packages/scripts/memory/memory-root.ts";
import { callCommand } from "../../../../support/command-call.ts";

const now = 1_700_000_000;
const commands = debianCommands({
  machine: "x86_64",
  architecture: "amd64",
  answers: new Map(),
});
const modules = {
  "05-auth": "",
  "10-cgi": "# -*- depends: auth -*-\n",
  "15-other": "# -*- conflicts: cgi -*-\n",
  "20-broken": "# -*- depends: gone -*-\n",
  plain: "",
};
const LAST = 'Run "service lighttpd force-reload" to enable changes\n';
const cgi = {
  "05-auth.conf": "../conf-available/05-auth.conf",
  "10-cgi.conf": "../conf-available/10-cgi.conf",
};

// What the program of Debian 12 printed and made, one call after the other.
it("does what lighttpd's own program does", () => {
  const root = new MemoryRoot({ now });
  for (const [name, text] of Object.entries(modules))
    root.add(`/etc/lighttpd/conf-available/${name}.conf`, {
      kind: "file",
      mode: 0o644,
      content: toBytes(text),
    });
  root.add("/etc/lighttpd/conf-enabled", { kind: "directory", mode: 0o755 });
  const call = (...argv: readonly string[]): unknown => {
    const { status, stdout } = callCommand(argv, { root, commands, now });
    const links = root
      .list("/etc/lighttpd/conf-enabled")
      .map((name) => [name, root.readlink(`/etc/lighttpd/conf-enabled/${name}`)]);
    return { status, stdout, links: Object.fromEntries(links) };
  };

  expect(call("lighty-enable-mod", "cgi")).toEqual({
    status: 0,
    stdout: `Met dependency: auth\nEnabling cgi: ok\nEnabling auth: ok\n${LAST}`,
    links: cgi,
  });
  expect(call("lighty-enable-mod", "cgi", "unknown")).toEqual({
    status: 2,
    stdout: `already enabled\nIgnoring unknown module: unknown\n${LAST}`,
    links: cgi,
  });
  expect(call("lighty-enable-mod", "other")).toEqual({
    status: 1,
    stdout: "Conflicting dependencies: other conflicts with cgi\n",
    links: cgi,
  });
  expect(call("/usr/sbin/lighty-enable-mod", "broken")).toEqual({
    status: 1,
    stdout: "Unresolved dependency: gone\n",
    links: cgi,
  });
  expect(call("lighty-enable-mod", "plain")).toEqual({
    status: 2,
    stdout: `Ignoring unknown module: plain\n${LAST}`,
    links: cgi,
  });
  expect(call("lighty-disable-mod", "auth")).toEqual({
    status: 0,
    stdout: `Disabling auth\nReverse dependency met: Disabling cgi too\nDisabling cgi\n${LAST}`,
    links: {},
  });
  expect(call("lighty-disable-mod", "auth")).toEqual({
    status: 2,
    stdout: `Already disabled auth\n${LAST}`,
    links: {},
  });
});
