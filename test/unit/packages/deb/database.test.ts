import { expect, test } from "vitest";
import {
  addInfo,
  addStatus,
  debDatabase,
  readDatabase,
  scriptBelow,
} from "../../../../src/packages/deb/database.ts";
import type { InstalledDeb } from "../../../../src/packages/deb/installed.ts";
import { MemoryRoot } from "../../../../src/packages/scripts/memory/memory-root.ts";
import { putFile, readText } from "../../../../src/packages/scripts/root-files.ts";

/** The root of an image that holds these texts. */
function rootOf(texts: Readonly<Record<string, string>> = {}): MemoryRoot {
  const root = new MemoryRoot({ now: 0 });
  for (const [path, text] of Object.entries(texts)) putFile(root, path, text);
  return root;
}

function pathsIn(root: MemoryRoot): readonly string[] {
  return [...root.entries()].map(({ path }) => path);
}

function anInstalled(name: string): InstalledDeb {
  const control = new Map([
    ["Package", name],
    ["Version", "1"],
  ]);
  return { name, control, controlFiles: new Map([["md5sums", name]]), entries: [] };
}

const STATUS = "/var/lib/dpkg/status";
const below = "Package: a\nVersion: 1\n\nPackage: c\nVersion: 2\nReplaces: b\n";

test("the packages of the layers below are known by their names, with their fields", () => {
  const packages = readDatabase(rootOf({ [STATUS]: `${below}\n\n\n` }));
  expect([...packages.keys()]).toEqual(["a", "c"]);
  expect(packages.get("c")).toEqual({
    name: "c",
    control: new Map([
      ["Package", "c"],
      ["Version", "2"],
      ["Replaces", "b"],
    ]),
  });
  expect(readDatabase(rootOf()).size).toBe(0);
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
  expect(debDatabase).toMatchObject({ path: STATUS.slice(1) });
  expect(debDatabase.read(Buffer.from(status))).toEqual(
    new Map([
      ["a:amd64", "1"],
      ["a:i386", "3"],
      ["hold:amd64", "1"],
    ]),
  );
});

test("a first layer gets dpkg's whole database, its locks hidden", () => {
  const root = rootOf();
  addStatus(root, [anInstalled("b"), anInstalled("a")]);

  expect(readText(root, STATUS)).toBe(
    ["a", "b"]
      .map((name) => `Package: ${name}\nStatus: install ok installed\nVersion: 1\n\n`)
      .join(""),
  );
  expect(readText(root, "/var/lib/dpkg/info/format")).toBe("1\n");
  expect(readText(root, "/var/lib/dpkg/diversions")).toBe("");
  expect(
    root
      .list("/var/lib/dpkg")
      .filter((name) => root.stat(`/var/lib/dpkg/${name}`)?.kind === "directory"),
  ).toEqual(["alternatives", "info", "parts", "triggers", "updates"]);
  expect(root.stat("/etc/alternatives")?.mode).toBe(0o755);
  expect(pathsIn(root).filter((path) => root.stat(path)?.mode === 0o640)).toEqual([
    "/var/lib/dpkg/lock",
    "/var/lib/dpkg/lock-frontend",
    "/var/lib/dpkg/triggers/Lock",
  ]);
});

test("a child's layer gets the whole status, and nothing else anew", () => {
  const root = rootOf({ [STATUS]: below });
  addStatus(root, [anInstalled("b")]);

  expect(readText(root, STATUS)).toBe(
    "Package: a\nVersion: 1\n\nPackage: b\nStatus: install ok installed\nVersion: 1\n\nPackage: c\nVersion: 2\nReplaces: b\n\n",
  );
  expect(root.list("/var/lib/dpkg")).toEqual(["status"]);
});

test("what a package brings is kept beside the status, its scripts as programs", () => {
  const root = rootOf();
  const item = anInstalled("b");
  const controlFiles = new Map([...item.controlFiles, ["postinst", "exit 0\n"]]);
  addInfo(root, { ...item, controlFiles });

  expect(root.list("/var/lib/dpkg/info")).toEqual(["b.list", "b.md5sums", "b.postinst"]);
  expect(readText(root, "/var/lib/dpkg/info/b.md5sums")).toBe("b");
  expect(root.stat("/var/lib/dpkg/info/b.postinst")?.mode).toBe(0o755);
  expect(scriptBelow(root, item, "postinst")).toBe("exit 0\n");
  expect(scriptBelow(root, item, "preinst")).toBeUndefined();
});
