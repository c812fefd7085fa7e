import { expect, test } from "vitest";
import { addDatabase, debDatabase, readDatabase } from "../../../../src/packages/deb/database.ts";
import type { InstalledDeb } from "../../../../src/packages/deb/installed.ts";
import type { ImageView } from "../../../../src/packages/installation.ts";

/** An image that holds these texts, and what is added to it. */
function viewOf(texts: Readonly<Record<string, string>> = {}) {
  const added = new Map<string, string | number>();
  const modes = new Map<string, number | undefined>();
  const view: ImageView = {
    kindOf: () => undefined,
    readText: async (path) => texts[path],
    list: () => [],
    addFile: (path, content, mode) => {
      added.set(path, content);
      modes.set(path, mode);
    },
    addLink: () => undefined,
    addDirectory: (path, mode) => void added.set(`${path}/`, mode),
  };
  return { view, added, modes };
}

function anInstalled(name: string): InstalledDeb {
  const control = new Map([
    ["Package", name],
    ["Version", "1"],
  ]);
  return { name, control, controlFiles: new Map([["md5sums", name]]), entries: [] };
}

const STATUS = "var/lib/dpkg/status";
const below = "Package: a\nVersion: 1\n\nPackage: c\nVersion: 2\nReplaces: b\n";

test("the packages of the layers below are known by their names, with their fields", async () => {
  const packages = await readDatabase(viewOf({ [STATUS]: `${below}\n\n\n` }).view);
  expect([...packages.keys()]).toEqual(["a", "c"]);
  expect(packages.get("c")).toEqual({
    name: "c",
    control: new Map([
      ["Package", "c"],
      ["Version", "2"],
      ["Replaces", "b"],
    ]),
  });
  expect((await readDatabase(viewOf().view)).size).toBe(0);
});

test("only what is installed counts in a status file, whoever wrote it", () => {
  const paragraph = (name: string, status: string, ...more: readonly string[]): string =>
    [`Package: ${name}`, `Status: ${status}`, ...more].join("\n");
  const known = ["Architecture: amd64", "Version: 1"];
  const status = [
    paragraph("a", "install ok installed", ...known),
    paragraph("a", "install ok installed", "Architecture: i386", "Version: 3"),
    paragraph("half", "install ok half-installed", ...known),
    paragraph("gone", "deinstall ok config-files", ...known),
    paragraph("no-version", "install ok installed", "Architecture: amd64"),
    paragraph("no-machine", "install ok installed", "Version: 1"),
    "Version: 1\nArchitecture: amd64\nStatus: install ok installed",
    "Package: no-status\nVersion: 1\nArchitecture: amd64",
    "rubbish",
    paragraph("hold", "hold ok installed", ...known),
  ].join("\n\n\n");
  expect(debDatabase).toMatchObject({ path: STATUS });
  expect(debDatabase.read(status)).toEqual(
    new Map([
      ["a:amd64", "1"],
      ["a:i386", "3"],
      ["hold:amd64", "1"],
    ]),
  );
});

test("a first layer gets dpkg's whole database, its locks hidden", async () => {
  const { view, added, modes } = viewOf();
  await addDatabase(view, [anInstalled("b"), anInstalled("a")], "");

  expect(added.get(STATUS)).toBe(
    ["a", "b"]
      .map((name) => `Package: ${name}\nStatus: install ok installed\nVersion: 1\n\n`)
      .join(""),
  );
  expect(added.get("var/lib/dpkg/info/format")).toBe("1\n");
  expect(added.get("var/lib/dpkg/info/a.md5sums")).toBe("a");
  expect([...added].filter(([path]) => path.endsWith("/"))).toEqual(
    ["alternatives", "parts", "updates"].map((name) => [`var/lib/dpkg/${name}/`, 0o755]),
  );
  expect([...modes].flatMap(([path, mode]) => (mode === 0o640 ? [path] : []))).toEqual([
    "var/lib/dpkg/triggers/Lock",
    "var/lib/dpkg/lock",
    "var/lib/dpkg/lock-frontend",
  ]);
  expect(modes.get("var/lib/dpkg/info/a.list")).toBe(0o644);
  expect(added.get("var/lib/dpkg/diversions")).toBe("");
});

test("a child's layer gets the whole status and what its own packages add, diversions behind those below", async () => {
  const { view, added } = viewOf({ [STATUS]: below, "var/lib/dpkg/diversions": "/a\n/b\nc\n" });
  await addDatabase(view, [anInstalled("b")], "/x\n/y\nb\n");

  expect(added.get(STATUS)).toBe(
    "Package: a\nVersion: 1\n\nPackage: b\nStatus: install ok installed\nVersion: 1\n\nPackage: c\nVersion: 2\nReplaces: b\n\n",
  );
  expect(added.has("var/lib/dpkg/info/format")).toBe(false);
  expect(added.has("var/lib/dpkg/info/b.list")).toBe(true);
  expect(added.get("var/lib/dpkg/diversions")).toBe("/a\n/b\nc\n/x\n/y\nb\n");
});

test("a layer without packages, or without diversions, changes nothing of them", async () => {
  const without = viewOf({ [STATUS]: below });
  await addDatabase(without.view, [], "");
  expect(without.added.size).toBe(0);

  const undiverted = viewOf({ [STATUS]: below });
  await addDatabase(undiverted.view, [anInstalled("b")], "");
  expect(undiverted.added.has("var/lib/dpkg/diversions")).toBe(false);
});
