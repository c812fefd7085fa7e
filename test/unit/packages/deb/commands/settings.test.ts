import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { debianCommands } from "../../../../../src/packages/deb/commands/table.ts";
import { toBytes } from "../../../../../src/packages/scripts/bytes.ts";
import { MemoryRoot } from "../../../../../src/packages/scripts/memory/memory-root.ts";
import { type CalledCommand, callCommand } from "../../../../support/command-call.ts";

const commands = debianCommands({ architecture: "amd64", machine: "x86_64", answers: new Map() });
const now = Date.UTC(2026, 1, 3, 4, 5, 6) / 1000;

/** Settings with included files, and what squid 5.7 says of them after the time. */
const recorded = JSON.parse(
  readFileSync(
    path.join(import.meta.dirname, "../../../../fixtures/commands/squid-parse.json"),
    "utf8",
  ),
) as { readonly files: Readonly<Record<string, string>>; readonly lines: readonly string[] };

it("shows the settings of squid as squid does", () => {
  const { status, stderr } = call(["squid", "-k", "parse"], recorded.files);
  expect(status).toBe(0);
  expect(stderr).toBe(recorded.lines.map((line) => `2026/02/03 04:05:06| ${line}\n`).join(""));
});

it.each([
  ["if ${process_number} = 1\n", "a setting of squid"],
  ["acl a src \\\n  10.0.0.1\n", "a setting of squid"],
  ["include /etc/*/a.conf\n", "a pattern of squid"],
  ["include /etc/squid/squid.conf\n", "files of squid that name each other"],
])("stops where squid's settings would have to be understood: %j", (text, wanted) => {
  const files = { "/etc/squid/squid.conf": text };
  expect(call(["squid", "-k", "parse"], files).wanted).toBe(wanted);
});

it("names what else scripts want of squid", () => {
  expect(call(["squid", "-z"]).wanted).toBe("squid");
});

it("takes the settings of exim for right, and does nothing else with it", () => {
  expect(call(["exim4", "-C", "/etc/exim4/new", "-bV"]).status).toBe(0);
  expect(call(["exim4", "-bd"]).wanted).toBe("exim4");
  expect(call(["exim4", "-C", "/etc/exim4/new", "-bV", "-be"]).wanted).toBe("exim4");
});

it("takes the settings of BIND for right when they are there", () => {
  const files = { "/etc/bind/named.conf": "" };
  expect(call(["named-checkconf", "/etc/bind/named.conf"], files).status).toBe(0);
  expect(call(["named-checkconf", "/etc/bind/named.conf"]).status).toBe(1);
  expect(call(["named-checkconf", "-z"]).wanted).toBe("named-checkconf");
});

it.each([
  ["#HostKey /etc/ssh/other\n", ["rsa", "ecdsa", "ed25519"]],
  ["Port 22\nHostKey /etc/ssh/ssh_host_own_key\n", ["own"]],
])("tells of which files sshd reads its keys: %j", (text, names) => {
  const { status, stdout } = call(["sshd", "-G"], { "/etc/ssh/sshd_config": text });
  expect(status).toBe(0);
  expect(stdout).toBe(names.map((name) => `hostkey /etc/ssh/ssh_host_${name}_key\n`).join(""));
});

it("names what else scripts want of sshd", () => {
  expect(call(["sshd", "-t"]).wanted).toBe("sshd");
});

it.each([
  ["dhparam", "-out", "/s", "1024"],
  ["rand", "-base64", "-out", "/s", "42"],
])("leaves out what openssl makes up on the spot: %s", (...args) => {
  const root = rootWith({});
  expect(callCommand(["openssl", ...args], { root, commands })).toMatchObject({
    status: 0,
    stdout: "",
  });
  expect(root.stat("/s")?.size).toBe(0);
  expect(call(["openssl", args[0], "42"]).wanted).toBe(`openssl ${args[0]}`);
});

it("knows paper and characters of the language in which scripts run", () => {
  const env = { LC_ALL: "C.UTF-8" };
  const asked = ["locale", "width", "height", "charmap"];
  expect(callCommand(asked, { root: rootWith({}), commands, env }).stdout).toBe(
    "210\n297\nUTF-8\n",
  );
});

it.each([
  [["-a"], "C.UTF-8"],
  [["width"], "de_DE.UTF-8"],
  [[], "C.UTF-8"],
])("does not know other languages: %j in %s", (args, language) => {
  const env = { LC_ALL: language };
  expect(callCommand(["locale", ...args], { root: rootWith({}), commands, env }).wanted).toBe(
    "languages of the C library",
  );
});

it.each([
  ["test -O /data", 0],
  ["\n\tset -e\n\ttest -O /data\n\ttest -G /data\n", 0],
  ["set -e\ntest -O /data\ntest -G /", 1],
  ["test -O /data && test -G /data", 0],
  ["test -O / && test -G /data", 1],
  ["test -O /data&&test -G /data", 0],
])("answers for another user whether files are its own: %j", (question, status) => {
  const root = rootWith({ "/etc/passwd": "web:x:33:34::/:/bin/sh\n" });
  root.add("/data", { kind: "directory", mode: 0o755, uid: 33, gid: 34 });
  const argv = ["su", "-s", "/bin/sh", "web", "-c", question];
  expect(callCommand(argv, { root, commands }).status).toBe(status);
});

it("tells at once that it does not know what another user is to do", () => {
  const question = `${"test -O /\n\n".repeat(28)}${"test -O /&&\n".repeat(28)}!`;
  expect(call(["su", "web", "-c", question]).wanted).toBe("a program by another user");
});

it("does nothing else as another user", () => {
  expect(call(["su", "web", "-c", "test -O / || touch /tmp/x"]).wanted).toBe(
    "a program by another user",
  );
});

function call(
  argv: readonly string[],
  files: Readonly<Record<string, string>> = {},
): CalledCommand {
  return callCommand(argv, { root: rootWith(files), commands, now });
}

function rootWith(files: Readonly<Record<string, string>>): MemoryRoot {
  const root = new MemoryRoot({ now });
  for (const [name, text] of Object.entries(files)) {
    root.add(name, { kind: "file", mode: 0o644, content: toBytes(text) });
  }
  return root;
}
