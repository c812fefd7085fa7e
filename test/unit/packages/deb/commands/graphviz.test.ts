import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { debianCommands } from "../../../../../src/packages/deb/commands/table.ts";
import { fromBytes, toBytes } from "../../../../../src/packages/scripts/bytes.ts";
import { MemoryRoot } from "../../../../../src/packages/scripts/memory/memory-root.ts";
import { type CalledCommand, callCommand } from "../../../../support/command-call.ts";

/** Written by libgvc6 2.42.2 with all of its plugins and those of libgvc6-plugins-gtk. */
const recorded = readFileSync(
  path.join(import.meta.dirname, "../../../../fixtures/commands/graphviz-config6a"),
  "latin1",
);
const folder = "/usr/lib/x86_64-linux-gnu/graphviz";

it("lists the plugins of Graphviz as dot -c does", () => {
  const root = rootWith(pluginsIn(recorded));
  expect(update(root)).toMatchObject({ status: 0 });
  expect(fromBytes(root.read(`${folder}/config6a`))).toBe(recorded);
});

it("marks what is drawn by a renderer that no plugin has", () => {
  const plugins = pluginsIn(recorded);
  plugins.delete("libgvplugin_pango.so.6");
  const root = rootWith(plugins);
  update(root);
  const text = fromBytes(root.read(`${folder}/config6a`));
  expect(text).toContain("#FAILS\t\tgif:cairo 10\n");
  expect(text).not.toContain("libgvplugin_pango");
});

it.each([
  ["libgvplugin_other.so.6", "render\0"],
  ["libgvplugin_gtk.so.6", "another program"],
])("stops at a plugin that it does not know: %s", (name, content) => {
  const root = rootWith(new Map([[name, content]]));
  expect(update(root).wanted).toBe(`what the plugin ${name} says of itself`);
});

it("names what else scripts want of dot", () => {
  expect(update(rootWith(new Map()), "-V").wanted).toBe("dot without -c alone");
});

/** Files that hold the names that the list has of them. */
function pluginsIn(text: string): Map<string, string> {
  const blocks = text.matchAll(/^(libgvplugin\S+) \w+ \{\n(.*?)^\}/gms);
  return new Map(
    Array.from(blocks, ([, name = "", lines = ""]) => {
      const types = lines.matchAll(/^(?:#FAILS)?\t\t(\S+)/gm);
      return [name, Array.from(types, ([, type = ""]) => `${type}\0`).join("")];
    }),
  );
}

function rootWith(plugins: ReadonlyMap<string, string>): MemoryRoot {
  const root = new MemoryRoot({ now: 0 });
  for (const [name, content] of plugins) {
    const target = `${name}.0.0`;
    root.add(`${folder}/${target}`, { kind: "file", mode: 0o644, content: toBytes(content) });
    root.add(`${folder}/${name}`, { kind: "symlink", mode: 0o777, target });
  }
  return root;
}

function update(root: MemoryRoot, option = "-c"): CalledCommand {
  const commands = debianCommands({ architecture: "amd64", machine: "x86_64", answers: new Map() });
  return callCommand(["libgvc6-config-update", option], { root, commands });
}
