import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { debianCommands } from "../../../../../src/packages/deb/commands/table.ts";
import { fromBytes, toBytes } from "../../../../../src/packages/scripts/bytes.ts";
import { MemoryRoot } from "../../../../../src/packages/scripts/memory/memory-root.ts";
import {
  libraryConfiguration,
  libraryTree,
  sharedLibrary,
} from "../../../../support/a-shared-library.ts";
import { callCommand } from "../../../../support/command-call.ts";

const recorded = JSON.parse(
  readFileSync(
    path.join(import.meta.dirname, "../../../../fixtures/commands/ld-so-cache.json"),
    "utf8",
  ),
) as {
  readonly version: string;
  readonly links: readonly string[];
  readonly older: readonly string[];
  readonly cache: string;
};

const commands = debianCommands({ architecture: "amd64", machine: "x86_64", answers: new Map() });

it.each([
  ["-N", { isCache: false, isLink: true }],
  ["-X", { isCache: true, isLink: false }],
  ["-i", { isCache: true, isLink: true }],
  ["-r /", { isCache: true, isLink: true }],
])("with %s makes what it is told: %j", (words, expected) => {
  const root = new MemoryRoot({ now: 0 });
  root.add("/usr/lib/libx.so.1.2", {
    kind: "file",
    mode: 0o644,
    content: sharedLibrary("libx.so.1"),
  });
  root.add("/etc", { kind: "directory", mode: 0o755 });
  const { status } = callCommand(["ldconfig", ...words.split(" ")], { root, commands });
  expect(status).toBe(0);
  expect({
    isCache: root.stat("/etc/ld.so.cache") !== undefined,
    isLink: root.lstat("/usr/lib/libx.so.1") !== undefined,
  }).toEqual(expected);
});

it.each(["-v", "-r /x", "/usr/lib", "-n"])("does not know what %s asks for", (words) => {
  const root = new MemoryRoot({ now: 0 });
  expect(callCommand(["ldconfig", ...words.split(" ")], { root, commands }).wanted).toBeDefined();
});

it("takes no libraries of another machine, and stops at those of certain processors", () => {
  const library = sharedLibrary("libx.so.1");
  library.writeUInt16LE(183, 18);
  const root = new MemoryRoot({ now: 0 });
  root.add("/etc", { kind: "directory", mode: 0o755 });
  root.add("/usr/lib/libx.so.1", { kind: "file", mode: 0o644, content: library });
  root.add("/usr/lib/glibc-hwcaps/x86-64-v3", { kind: "directory", mode: 0o755 });
  expect(callCommand(["ldconfig"], { root, commands }).status).toBe(0);
  expect(fromBytes(root.read("/etc/ld.so.cache"))).not.toContain("libx.so.1");
  root.add("/usr/lib/glibc-hwcaps/x86-64-v3/liby.so.1", { kind: "file", mode: 0o644 });
  expect(callCommand(["ldconfig"], { root, commands }).wanted).toBe(
    "ldconfig for libraries of certain processors",
  );
});

it("makes the cache and the links of the real ldconfig, byte for byte", () => {
  const root = new MemoryRoot({ now: 0 });
  root.add("/lib", { kind: "symlink", mode: 0o777, target: "usr/lib" });
  for (const [name, { soname, link }] of Object.entries(libraryTree)) {
    if (link !== undefined) root.add(name, { kind: "symlink", mode: 0o777, target: link });
    else root.add(name, { kind: "file", mode: 0o644, content: sharedLibrary(soname) });
  }
  const status = `Package: libc-bin\nStatus: install ok installed\nVersion: ${recorded.version}\n\n`;
  for (const [name, text] of Object.entries({
    ...libraryConfiguration,
    "/var/lib/dpkg/status": status,
  })) {
    root.add(name, { kind: "file", mode: 0o644, content: toBytes(text) });
  }
  expect(callCommand(["ldconfig"], { root, commands })).toMatchObject({ status: 0, stderr: "" });
  expect(Buffer.from(root.read("/etc/ld.so.cache")).toString("base64")).toBe(recorded.cache);
  expect(root.list("/usr/lib/x86_64-linux-gnu")).toEqual(recorded.links);
  expect(root.list("/usr/lib")).toEqual(recorded.older);
});
