import { expect, test } from "vitest";
import {
  databaseSkeleton,
  infoFiles,
  statusParagraph,
} from "../../../../src/packages/deb/dpkg-database.ts";
import type { InstalledDeb } from "../../../../src/packages/deb/installed.ts";
import type { UnpackedEntry } from "../../../../src/packages/unpacked.ts";

function anEntry(path: string, md5?: string): UnpackedEntry {
  return {
    path,
    type: md5 === undefined ? "directory" : "file",
    mode: 0o644,
    uid: 0,
    gid: 0,
    mtime: 0,
    size: 0,
    excluded: false,
    ...(md5 === undefined ? {} : { md5 }),
  };
}

function anInstalled(
  fields: Readonly<Record<string, string>>,
  controlFiles: Readonly<Record<string, string>> = {},
): InstalledDeb {
  return {
    name: "app",
    control: new Map(Object.entries({ Package: "app", ...fields })),
    controlFiles: new Map(Object.entries(controlFiles)),
    entries: [
      anEntry(""),
      anEntry("etc"),
      anEntry("etc/app.conf", "aaaa"),
      anEntry("etc/b.conf", "bbbb"),
    ],
  };
}

test("fields that dpkg knows do not keep the order of the control file", () => {
  const fields = { Homepage: "h", Description: "d", Depends: "b", Version: "1", Replaces: "c" };
  const text = statusParagraph(
    anInstalled({ ...fields, Architecture: "all", Maintainer: "m" }, { conffiles: "/etc/b.conf" }),
  );
  expect(text.match(/^[A-Z][A-Za-z-]*/gm)?.join(" ")).toBe(
    "Package Status Maintainer Architecture Version Replaces Depends Conffiles Description Homepage",
  );
});

test("a paragraph of the status has its fields in dpkg's order, the others as they stand", () => {
  const entry = anInstalled({
    Version: "1",
    "Installed-Size": "7",
    Section: "web",
    Depends: "libc6",
    Essential: "yes",
    Priority: "optional",
    Conffiles: "none of the package's own",
    Description: "an app\n with two lines",
  });
  expect(statusParagraph(entry)).toBe(
    `Package: app
Essential: yes
Status: install ok installed
Priority: optional
Section: web
Installed-Size: 7
Version: 1
Depends: libc6
Conffiles: none of the package's own
Description: an app
 with two lines
`,
  );
});

test("configuration files are listed with the digests of what was installed, and no others", () => {
  const conffiles = " /etc/app.conf\n/etc/gone.conf\n\n/etc\n/etc/b.conf\n";
  expect(statusParagraph(anInstalled({ Version: "1" }, { conffiles }))).toBe(
    `Package: app
Status: install ok installed
Version: 1
Conffiles:
 /etc/app.conf aaaa
 /etc/b.conf bbbb
`,
  );
  const none = { conffiles: "/etc/gone.conf\n" };
  expect(statusParagraph(anInstalled({}, none))).not.toContain("Conffiles");
});

test("a configuration file that this version gave up is listed as to be removed", () => {
  const conffiles = "remove-on-upgrade /etc/gone.conf\n/etc/b.conf\n";
  expect(statusParagraph(anInstalled({ Version: "1" }, { conffiles }))).toContain(
    "Conffiles:\n /etc/gone.conf newconffile remove-on-upgrade\n /etc/b.conf bbbb\n",
  );
});

test("of a package dpkg gets its files and its control archive, scripts as programs", () => {
  const controlFiles = {
    control: "c",
    md5sums: "sums\n",
    postinst: "exit 1",
    triggers: "t\n",
    shlibs: "",
    "../x": "escapes",
  };
  expect(infoFiles(anInstalled({ "Multi-Arch": "foreign" }, controlFiles))).toEqual([
    { path: "info/app.list", content: "/.\n/etc\n/etc/app.conf\n/etc/b.conf\n" },
    { path: "info/app.md5sums", content: "sums\n" },
    { path: "info/app.postinst", content: "exit 1", mode: 0o755 },
    { path: "info/app.triggers", content: "t\n", mode: 0o644 },
    { path: "info/app.shlibs", content: "", mode: 0o644 },
  ]);
});

test("one that may be there for several architectures has its own in the names of its files", () => {
  const entry = anInstalled({ "Multi-Arch": "same", Architecture: "arm64" });
  expect(infoFiles(entry).map(({ path }) => path)).toEqual([
    "info/app:arm64.list",
    "info/app:arm64.md5sums",
  ]);
  expect(infoFiles(entry)[1]?.content).toBe("");
});

test("beside the packages dpkg finds what it expects, the form of its files among it", () => {
  expect(
    databaseSkeleton().flatMap(({ path, content }) => (content === "" ? [] : [[path, content]])),
  ).toEqual([["info/format", "1\n"]]);
});
