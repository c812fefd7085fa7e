import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { debianCommands } from "../../../../../src/packages/deb/commands/table.ts";
import { fromBytes, toBytes } from "../../../../../src/packages/scripts/bytes.ts";
import { MemoryRoot } from "../../../../../src/packages/scripts/memory/memory-root.ts";
import { type CalledCommand, callCommand } from "../../../../support/command-call.ts";

/** Files in base64, and what mkfontdir of xfonts-utils 7.7+6 wrote for them. */
const recorded = JSON.parse(
  readFileSync(
    path.join(import.meta.dirname, "../../../../fixtures/commands/mkfontdir.json"),
    "utf8",
  ),
) as {
  readonly files: Readonly<Record<string, string>>;
  readonly written: Readonly<Record<string, string>>;
};
const recordedFiles = Object.fromEntries(
  Object.entries(recorded.files).map(([name, text]) => [name, Buffer.from(text, "base64")]),
);
const mkfontdir = ["mkfontscale", "-b", "-s", "-l"];

it("lists the fonts and the encodings of a folder as mkfontdir does", () => {
  const root = rootWith(recordedFiles);
  call(root, [...mkfontdir, "-e", "/m/enc", "-e", "/m/enc/large", "/m/fonts"]);
  const lists = Object.keys(recorded.written);
  expect(lists.toSorted()).toEqual(["/m/fonts/encodings.dir", "/m/fonts/fonts.dir"]);
  for (const list of lists) expect(fromBytes(root.read(list))).toBe(recorded.written[list]);
});

it("writes an empty list where no fonts are named, and none of encodings unasked", () => {
  const root = rootWith({ "/m/fonts/a.pfb": toBytes("font") });
  expect(call(root, [...mkfontdir, "/m/fonts"]).status).toBe(0);
  expect(fromBytes(root.read("/m/fonts/fonts.dir"))).toBe("0\n");
  expect(root.list("/m/fonts")).toEqual(["a.pfb", "fonts.dir"]);
});

it.each([
  ["/m/fonts/6x13.pcf.gz", "", "fonts made of pixels"],
  ["/m/fonts/fonts.scale", "1\na.pfb\n", "fonts.scale of another form"],
  ["/m/fonts/fonts.scale", "a.pfb -a\n", "fonts.scale of another form"],
  ["/m/enc/a.enc.gz", "no archive", "an encoding that cannot be unpacked"],
])("stops at what it would have to read: %s %j", (name, content, wanted) => {
  const root = rootWith({ "/m/fonts/a.pfb": toBytes("font"), [name]: toBytes(content) });
  expect(call(root, [...mkfontdir, "-e", "/m/enc", "/m/fonts"]).wanted).toBe(wanted);
});

it("names what else scripts want of mkfontscale", () => {
  expect(call(rootWith({}), ["mkfontscale", "/m/fonts"]).wanted).toBe("mkfontscale by itself");
});

function rootWith(files: Readonly<Record<string, Uint8Array>>): MemoryRoot {
  const root = new MemoryRoot({ now: 0 });
  for (const [name, content] of Object.entries(files)) {
    root.add(name, { kind: "file", mode: 0o644, content });
  }
  return root;
}

function call(root: MemoryRoot, argv: readonly string[]): CalledCommand {
  const commands = debianCommands({ architecture: "amd64", machine: "x86_64", answers: new Map() });
  return callCommand(argv, { root, commands });
}
