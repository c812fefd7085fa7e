import { expect, it, test } from "vitest";
import { debianCommands } from "../../../../../src/packages/deb/commands/table.ts";
import { fromBytes, toBytes } from "../../../../../src/packages/scripts/bytes.ts";
import { MemoryRoot } from "../../../../../src/packages/scripts/memory/memory-root.ts";
import { callCommand } from "../../../../support/command-call.ts";

const commands = debianCommands({ architecture: "amd64", machine: "x86_64", answers: new Map() });

const templates = `Template: p/name
Type: string
Default: none
Description: A \${what}?
 It is long.
 .
 And longer.

Template: p/plain
Type: string
Description: Plain

Template: p/flag
Type: boolean
Default: true
Description: Flag?

Template: p/pick
Type: select
Choices: one, two, three
Default: two
Description: Pick

Template: p/many
Type: multiselect
Choices: a, b, c
Default: a, c
Description: Many
`;

/** A session: each command of the protocol, and the status and text that debconf replies with. */
const session: readonly (readonly [command: string, reply: string])[] = [
  ["VERSION 2.0", "0 2.0"],
  ["CAPB backup", "0 multiselect escape"],
  ["EXIST p/name", "0 true"],
  ["EXIST p/none", "0 false"],
  ["GET p/name", "0 none"],
  ["GET p/plain", "0"],
  ["GET p/none", "10 p/none doesn't exist"],
  ["GET p/flag", "0 true"],
  ["INPUT high p/name", "30 question skipped"],
  ["INPUT high p/none", '10 "p/none" doesn\'t exist'],
  ["GO", "0 ok"],
  ["GET p/name", "0 none"],
  ["FGET p/name seen", "0 false"],
  ["SET p/name two  words", "0 value set"],
  ["GET p/name", "0 two words"],
  ["FGET p/name seen", "0 false"],
  ["FSET p/name seen true", "0 true"],
  ["FGET p/name seen", "0 true"],
  ["FGET p/name other", "0 false"],
  ["FSET p/name other true", "0 true"],
  ["FGET p/name other", "0 true"],
  ["FSET p/name other false", "0 false"],
  ["FGET p/name other", "0 false"],
  ["FSET p/none seen true", "10 p/none doesn't exist"],
  ["FGET p/none seen", "10 p/none doesn't exist"],
  ["SET p/none x", "10 p/none doesn't exist"],
  ["RESET p/name", "0"],
  ["GET p/name", "0 none"],
  ["FGET p/name seen", "0 false"],
  ["RESET p/none", "10 p/none doesn't exist"],
  ["SUBST p/name what big thing", "0"],
  ["METAGET p/name description", "0 A big thing?"],
  ["METAGET p/name type", "0 string"],
  ["METAGET p/name default", "0 none"],
  ["METAGET p/name nothing", "0"],
  ["METAGET p/none type", "10 p/none doesn't exist"],
  ["METAGET p/pick choices", "0 one, two, three"],
  ["METAGET p/pick owners", "0 p"],
  ["SUBST p/none a b", "10 p/none doesn't exist"],
  ["INPUT low p/pick", "30 question skipped"],
  ["GO", "0 ok"],
  ["GET p/pick", "0 two"],
  ["SET p/pick gone", "0 value set"],
  ["INPUT low p/pick", "30 question skipped"],
  ["GO", "0 ok"],
  ["GET p/pick", "0 one"],
  ["INPUT low p/many", "30 question skipped"],
  ["GO", "0 ok"],
  ["GET p/many", "0 a, c"],
  ["SET p/many b, x", "0 value set"],
  ["INPUT low p/many", "30 question skipped"],
  ["GO", "0 ok"],
  ["GET p/many", "0 b, x"],
  ["REGISTER p/name p/copy", "0"],
  ["GET p/copy", "0 none"],
  ["SET p/copy mine", "0 value set"],
  ["GET p/copy", "0 mine"],
  ["GET p/name", "0 none"],
  ["METAGET p/copy type", "0 string"],
  ["REGISTER p/none p/other", '10 No such template, "p/none"'],
  ["UNREGISTER p/copy", "0"],
  ["GET p/copy", "10 p/copy doesn't exist"],
  ["UNREGISTER p/copy", "10 p/copy doesn't exist"],
  ["BEGINBLOCK", "0"],
  ["ENDBLOCK", "0"],
  ["CLEAR", "0"],
  ["SET p/flag", "0 value set"],
  ["GET p/flag", "0"],
  ["VISIBLE high p/name", "0 true"],
];

function rootWith(files: Readonly<Record<string, string>>): MemoryRoot {
  const root = new MemoryRoot({ now: 1 });
  for (const [path, text] of Object.entries(files))
    root.add(path, { kind: "file", mode: 0o644, content: toBytes(text) });
  root.add("/var/cache/debconf", { kind: "directory", mode: 0o755 });
  return root;
}

function reply(root: MemoryRoot, command: string): string {
  const [name = "", ...args] = command.split(/\s+/);
  const variables = new Map<string, string>();
  const env = { DPKG_MAINTSCRIPT_PACKAGE: "p" };
  const argv = [`db_${name.toLowerCase()}`, ...args];
  const { status } = callCommand(argv, { root, commands, env, variables });
  return `${status} ${variables.get("RET") ?? ""}`.trim();
}

// As debconf 1.5.82 replies with its front end "noninteractive" (debconf-communicate).
test("a script and debconf talk as with the original", () => {
  const root = rootWith({ "/var/lib/dpkg/info/p.templates": templates });
  expect(session.map(([command]) => [command, reply(root, command)])).toEqual(session);
});

test("a template's long description is all of its lines", () => {
  const root = rootWith({ "/var/lib/dpkg/info/p.templates": templates });
  expect(reply(root, "METAGET p/name extended_description")).toBe("0 It is long.\n\nAnd longer.");
});

it.each([
  ["/var/lib/dpkg/info/p:amd64.templates", "0 none"],
  ["/var/lib/dpkg/info/other.templates", "0 none"],
  ["/var/lib/dpkg/info/p.config", "10 p/name doesn't exist"],
])("templates are looked for in the files of all packages: %s", (path, expected) => {
  expect(reply(rootWith({ [path]: templates }), "GET p/name")).toBe(expected);
});

test("a package's own template goes before that of another one", () => {
  const of = (value: string): string => `Template: p/name\nType: string\nDefault: ${value}\n`;
  const root = rootWith({
    "/var/lib/dpkg/info/a.templates": of("another"),
    "/var/lib/dpkg/info/p.templates": of("own"),
  });
  expect(reply(root, "GET p/name")).toBe("0 own");
});

// Source: debconf-set-selections(1): owner, question, type and value; a type "seen" is a flag.
test("answers that are set beforehand count as seen", () => {
  const root = rootWith({
    "/answers": [
      "# comment",
      "p p/name string given by hand",
      "  p p/flag boolean false",
      "q p/flag seen false",
      "p p/many multiselect",
      "p p/plain seen true",
      "short line",
      "",
    ].join("\n"),
    "/var/lib/dpkg/info/p.templates": templates,
  });
  expect(callCommand(["debconf-set-selections", "/answers"], { root, commands }).status).toBe(0);
  expect(fromBytes(root.read("/var/cache/debconf/config.dat"))).toBe(
    [
      "Name: p/flag",
      "Template: p/flag",
      "Value: false",
      "Owners: p, q",
      "",
      "Name: p/many",
      "Template: p/many",
      "Value: ",
      "Owners: p",
      "Flags: seen",
      "",
      "Name: p/name",
      "Template: p/name",
      "Value: given by hand",
      "Owners: p",
      "Flags: seen",
      "",
      "Name: p/plain",
      "Template: p/plain",
      "Owners: p",
      "Flags: seen",
      "",
      "",
    ].join("\n"),
  );
  expect(reply(root, "GET p/name")).toBe("0 given by hand");
  expect(reply(root, "FGET p/name seen")).toBe("0 true");
  expect(callCommand(["debconf-set-selections", "-c"], { root, commands }).wanted).toBeDefined();
});
