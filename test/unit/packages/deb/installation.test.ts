import { expect, test } from "vitest";
import { beginInstallation } from "../../../../src/packages/deb/installation.ts";
import type { ImageView, Installation } from "../../../../src/packages/installation.ts";
import type { InstalledPackage } from "../../../../src/packages/unpacked.ts";

function aPackage(
  name: string,
  fields: readonly string[] = [],
  scripts: Readonly<Record<string, string>> = {},
): InstalledPackage {
  const control = [`Package: ${name}`, "Version: 1", ...fields].join("\n");
  return { name, metadata: new Map(Object.entries({ control, ...scripts })), entries: [] };
}

/** An installation into an image of these texts, and what each step adds to it. */
async function install(
  packages: readonly InstalledPackage[],
  parts: { readonly isFirst?: boolean; readonly texts?: Readonly<Record<string, string>> } = {},
): Promise<{ readonly installation: Installation; readonly added: readonly string[] }> {
  const { isFirst = false, texts = {} } = parts;
  const present = new Set(Object.keys(texts));
  const added: string[] = [];
  const add = (path: string, what: string): void => {
    present.add(path);
    added.push(what);
  };
  const viewFor = (step: string): ImageView => ({
    kindOf: (path) => (present.has(path) ? "file" : undefined),
    readText: async (path) => texts[path],
    list: () => [],
    addFile: (path) => add(path, `${step}: ${path}`),
    addLink: (path, target) => add(path, `${step}: ${path} -> ${target}`),
    addDirectory: (path, mode) => add(path, `${step}: ${path}/ ${mode.toString(8)}`),
  });
  const resolve = (path: string): string => path.replace(/^bin\//, "usr/bin/");
  return { installation: await beginInstallation({ packages, isFirst, viewFor, resolve }), added };
}

const merged = ["bin", "sbin", "lib", "lib64"].flatMap((name) => [
  `usr-merge: usr/${name}/ 755`,
  `usr-merge: ${name} -> usr/${name}`,
]);
const running = [
  "base-files: run/lock/ 1777",
  "base-files: var/run -> /run",
  "base-files: var/lock -> /run/lock",
];

test("a first layer with packages begins with the merged folders, and none other", async () => {
  expect((await install([aPackage("a")], { isFirst: true })).added).toEqual(merged);
  expect((await install([], { isFirst: true })).added).toEqual([]);
  expect((await install([aPackage("a")])).added).toEqual([]);
});

test("the skeleton's owner brings its folders and goes first, the others stay in their order", async () => {
  const packages = ["b", "a", "base-files", "c"].map((name) => aPackage(name));
  const { installation, added } = await install(packages);
  expect(added).toEqual(running);
  expect(installation.packages.map(({ name }) => name)).toEqual(["base-files", "b", "a", "c"]);
  expect(installation.accounts.shadowGroup).toBe(42);
});

const status = "Package: old\nVersion: 1\n\nPackage: libc-bin\nVersion: 2\n";

test("packages of the layers below are known, and may be replaced", async () => {
  const { installation } = await install([aPackage("new", ["Replaces: old (<< 2), next"])], {
    texts: { "var/lib/dpkg/status": status },
  });
  expect(installation.below).toEqual(new Set(["old", "libc-bin"]));
  expect(installation.replaces("new", "old")).toBe(true);
  expect(installation.replaces("old", "new")).toBe(false);
  expect(installation.replaces("new", "next")).toBe(false);
  expect(installation.replaces("next", "new")).toBe(false);
});

const diverting = {
  preinst: "dpkg-divert --package new --add --rename --divert /bin/x.old /bin/x\n",
};

test("a file goes where another package moves it, by whatever name its folder has", async () => {
  const { installation } = await install([aPackage("new", [], diverting), aPackage("a")]);
  expect(installation.placeOf("usr/bin/x", "a")).toBe("usr/bin/x.old");
  expect(installation.placeOf("bin/x", "a")).toBe("usr/bin/x.old");
  expect(installation.placeOf("bin/x", "new")).toBe("usr/bin/x");
  expect(installation.placeOf("bin/y", "a")).toBe("usr/bin/y");
});

test("only the steps of its own packages are taken at the end, and then the database is written", async () => {
  const texts = {
    "var/lib/dpkg/status": status,
    "usr/share/libc-bin/nsswitch.conf": "passwd: files",
    "usr/share/zoneinfo/Etc/UTC": "TZif",
  };
  const without = await install([aPackage("new", [], diverting)], { texts });
  await without.installation.finish();
  expect(without.added.filter((line) => !line.startsWith("dpkg:"))).toEqual([]);
  expect(without.added).toContain("dpkg: var/lib/dpkg/status");
  expect(without.added).toContain("dpkg: var/lib/dpkg/diversions");

  const zoned = await install([aPackage("tzdata")], { texts });
  await zoned.installation.finish();
  expect(zoned.added.filter((line) => !line.startsWith("dpkg:"))).toEqual([
    "timezone: etc/localtime -> /usr/share/zoneinfo/Etc/UTC",
    "timezone: etc/timezone",
  ]);
});

test("what scripts would make and what is not there is told, but for packages that steps stand for", async () => {
  const postinst = { postinst: "ln -s /usr/bin/a /usr/bin/vi\n" };
  const packages = [aPackage("a", [], postinst), aPackage("dpkg", [], postinst)];
  const { installation } = await install(packages);
  expect(installation.unreplayed().map((each) => each.package)).toEqual(["a"]);
  expect(installation.unreplayed()[0]?.effects).toMatchObject([{ text: "the link /usr/bin/vi" }]);

  const there = await install(packages, { texts: { "usr/bin/vi": "" } });
  expect(there.installation.unreplayed()).toEqual([]);
});
