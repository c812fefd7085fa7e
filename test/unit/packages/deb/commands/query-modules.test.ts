import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { debianCommands } from "../../../../../src/packages/deb/commands/table.ts";
import { fromBytes, toBytes } from "../../../../../src/packages/scripts/bytes.ts";
import { MemoryRoot } from "../../../../../src/packages/scripts/memory/memory-root.ts";
import { runScript, type ScriptOutcome } from "../../../../../src/packages/scripts/run-script.ts";

const recorded = JSON.parse(
  readFileSync(
    path.join(import.meta.dirname, "../../../../fixtures/commands/modules.json"),
    "utf8",
  ),
) as {
  readonly loaders: string;
  readonly [file: `${string}.cache`]: string;
};
const libraries = "/usr/lib/x86_64-linux-gnu";
const versions = {
  "libgdk-pixbuf-2.0-0": "2.42.10+dfsg-1",
  "libgtk-3-0": "3.24.38-2~deb12u3",
  "libgtk2.0-0": "2.24.33-2+deb12u1",
};

it("lists the loaders of GdkPixbuf as the real program does", () => {
  const modules = modulesIn(recorded.loaders);
  const { stdout } = run(
    rootWith(modules),
    `gdk-pixbuf-2.0/gdk-pixbuf-query-loaders ${[...modules.keys()].join(" ")}`,
  );
  expect(fromBytes(stdout)).toBe(recorded.loaders);
});

it.each([
  ["libgtk-3-0/gtk-query-immodules-3.0", "gtk-3.0/3.0.0/immodules.cache"],
  ["libgtk2.0-0/gtk-query-immodules-2.0", "gtk-2.0/2.10.0/immodules.cache"],
] as const)("lists input methods as the real program does: %s", (program, cache) => {
  const expected = recorded[cache] ?? "";
  const root = rootWith(modulesIn(expected));
  run(root, `${program} --update-cache`);
  expect(fromBytes(root.read(`${libraries}/${cache}`))).toBe(expected);
});

it("lists what modules of GIO extend as the real program does", () => {
  const expected = recorded["gio/modules/giomodule.cache"] ?? "";
  const modules = new Map(
    expected
      .trim()
      .split("\n")
      .map((line) => {
        const [name = "", points = ""] = line.split(": ");
        return [
          `${libraries}/gio/modules/${name}`,
          `g_io_x_query\0${points.replaceAll(",", "\0")}`,
        ];
      }),
  );
  const root = rootWith(modules);
  run(root, `glib-2.0/gio-querymodules ${libraries}/gio/modules`);
  expect(fromBytes(root.read(`${libraries}/gio/modules/giomodule.cache`))).toBe(expected);
});

it("takes a module without the question for one that extends nothing", () => {
  const root = rootWith(new Map([[`${libraries}/gio/modules/libother.so`, "g_io_other_load\0"]]));
  expect(run(root, `glib-2.0/gio-querymodules ${libraries}/gio/modules`)).toMatchObject({
    status: 0,
  });
  expect(root.list(`${libraries}/gio/modules`)).toEqual(["libother.so"]);
});

it.each([
  ["gdk-pixbuf-2.0/gdk-pixbuf-query-loaders", "/m/libpixbufloader-new.so", "anything"],
  ["gdk-pixbuf-2.0/gdk-pixbuf-query-loaders", "/m/libpixbufloader-png.so", "another program"],
  ["glib-2.0/gio-querymodules", "/m/libnew.so", "g_io_new_query\0"],
])("stops at a module that it does not know: %s %s", (program, module, content) => {
  const root = rootWith(new Map([[module, content]]));
  const argument = program.startsWith("glib") ? "/m" : module;
  expect(run(root, `${program} ${argument}`)).toMatchObject({ type: "needs-more" });
});

/** Files that hold the texts that the lines about them have. */
function modulesIn(text: string): ReadonlyMap<string, string> {
  const blocks = text.matchAll(/^"(\/[^"\n]+\.so)" ?\n((?:.+\n)+)/gm);
  return new Map([...blocks].map(([, name = "", lines = ""]) => [name, lines]));
}

function rootWith(modules: ReadonlyMap<string, string>): MemoryRoot {
  const root = new MemoryRoot({ now: 0 });
  const status = Object.entries(versions).map(
    ([name, version]) => `Package: ${name}\nVersion: ${version}\n\n`,
  );
  const files = new Map([...modules, ["/var/lib/dpkg/status", status.join("")]]);
  for (const [file, content] of files) {
    root.add(file, { kind: "file", mode: 0o755, content: toBytes(content) });
  }
  return root;
}

function run(root: MemoryRoot, line: string): ScriptOutcome {
  const [program = ""] = line.split(" ");
  root.add(`${libraries}/${program}`, {
    kind: "file",
    mode: 0o755,
    content: toBytes("\u007fELF\0"),
  });
  return runScript({
    text: `${libraries}/${line}`,
    name: "call",
    args: [],
    env: new Map(),
    root,
    commands: debianCommands({ architecture: "amd64", machine: "x86_64", answers: new Map() }),
    now: 0,
  });
}
