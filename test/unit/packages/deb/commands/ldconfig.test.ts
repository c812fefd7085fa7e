import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { debianCommands } from "../../../../../src/packages/deb/commands/table.ts";
import { toBytes } from "../../../../../src/packages/scripts/bytes.ts";
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
  const commands = debianCommands({ architecture: "amd64", machine: "x86_64", answers: new Map() });
  expect(callCommand(["ldconfig"], { root, commands })).toMatchObject({ status: 0, stderr: "" });
  expect(Buffer.from(root.read("/etc/ld.so.cache")).toString("base64")).toBe(recorded.cache);
  expect(root.list("/usr/lib/x86_64-linux-gnu")).toEqual(recorded.links);
  expect(root.list("/usr/lib")).toEqual(recorded.older);
});
