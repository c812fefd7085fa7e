import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { debianCommands } from "../../../../../src/packages/deb/commands/table.ts";
import { fromBytes, toBytes } from "../../../../../src/packages/scripts/bytes.ts";
import { MemoryRoot } from "../../../../../src/packages/scripts/memory/memory-root.ts";
import {
  type CacheCase,
  cacheCases,
  escapedForXml,
} from "../../../../judge/commands/cache-cases.ts";
import { refusedSchemas, refusedValues } from "../../../../judge/commands/setting-values.ts";
import { callCommand } from "../../../../support/command-call.ts";

const recorded = JSON.parse(
  readFileSync(path.join(import.meta.dirname, "../../../../fixtures/commands/caches.json"), "utf8"),
) as Readonly<Record<string, Readonly<Record<string, string>>>>;
const commands = debianCommands({ architecture: "amd64", machine: "x86_64", answers: new Map() });

it.each(cacheCases.map((each) => [each.name, each] as const))(
  "makes the files of the real programs, byte for byte: %s",
  (name, each) => {
    const root = rootOf(each.files);
    expect(callCommand(each.argv, { root, commands })).toMatchObject({ status: 0 });
    expect(madeIn(root, each)).toEqual(recorded[name]);
  },
);

it.each([
  [
    "<schemalist><schema id='a'><key name='k' type='i'><default>x</default></key></schema></schemalist>",
  ],
  [
    "<schemalist><schema id='a'><key name='k' type='(i'><default>1</default></key></schema></schemalist>",
  ],
  ["<schemalist><schema id='a'>"],
])("stops the script at settings that it cannot read: %s", (text) => {
  const root = rootOf({ "/s/x.gschema.xml": text });
  expect(callCommand(["glib-compile-schemas", "/s"], { root, commands }).wanted).toContain(
    "x.gschema.xml",
  );
});

it.each([
  ["a name that is not in ASCII", { "/t/a/\u00c3\u00a9.png": "" }],
  ["a folder that is not in ASCII", { "/t/\u00c3\u00a9/a.png": "" }],
  ["a name with a control character", { "/t/a/a\u007f.png": "" }],
] as const)("makes no cache of icons with %s, as the original", (_, files) => {
  const root = rootOf({ "/t/index.theme": "", "/t/icon-theme.cache": "old", ...files });
  const { status } = callCommand(["gtk-update-icon-cache", "-f", "-q", "/t"], { root, commands });
  expect(status).toBe(1);
  expect(fromBytes(root.read("/t/icon-theme.cache"))).toBe("old");
});

it("makes a cache of icons only where there is an index of the theme, or none is asked for", () => {
  const run = (...options: readonly string[]): { status: number; isMade: boolean } => {
    const root = rootOf({ "/t/a/a.png": "" });
    const { status } = callCommand(["gtk-update-icon-cache", ...options], { root, commands });
    return { status, isMade: root.stat("/t/icon-theme.cache") !== undefined };
  };
  expect(run("-f", "/t")).toEqual({ status: 1, isMade: false });
  expect(run("-f", "-t", "/t")).toEqual({ status: 0, isMade: true });
  expect(run("-f", "-t")).toEqual({ status: 0, isMade: false });
});

const keyed = (key: string): string =>
  `<schemalist><enum id="e"><value nick="one" value="1"/></enum><flags id="f"><value nick="bit" value="1"/></flags><schema id="s">${key}</schema></schemalist>`;

it.each(refusedValues)(
  "refuses what GLib refuses: a setting of the type %j that is %j",
  (type, value) => {
    const key = `<key name="k" type="${type}"><default>${escapedForXml(value)}</default></key>`;
    const root = rootOf({ "/s/x.gschema.xml": keyed(key) });
    expect(callCommand(["glib-compile-schemas", "/s"], { root, commands }).wanted).toContain(
      "x.gschema.xml",
    );
  },
);

// Each refused by glib-compile-schemas 2.74 with --strict.
it.each(refusedSchemas)("refuses what GLib refuses: %s", (text) => {
  const root = rootOf({ "/s/x.gschema.xml": text.startsWith("<schemalist") ? text : keyed(text) });
  expect(callCommand(["glib-compile-schemas", "/s"], { root, commands }).wanted).toContain(
    "x.gschema.xml",
  );
});

function rootOf(files: CacheCase["files"]): MemoryRoot {
  const root = new MemoryRoot({ now: 1_700_000_000 });
  for (const [file, text] of Object.entries(files)) {
    const isLink = text.startsWith("-> ");
    root.add(
      file,
      isLink
        ? { kind: "symlink", mode: 0o777, target: text.slice(3) }
        : { kind: "file", mode: 0o644, content: toBytes(text) },
    );
  }
  return root;
}

function madeIn(root: MemoryRoot, { files }: CacheCase): Record<string, string> {
  const made: Record<string, string> = {};
  for (const { path: file, status } of root.entries()) {
    if (status.kind !== "file") continue;
    const content = root.read(file);
    if (files[file] !== fromBytes(content)) made[file] = Buffer.from(content).toString("base64");
  }
  return made;
}
