import { describe, expect, test } from "vitest";
import { Triggers } from "../../../../../src/packages/deb/install/triggers.ts";
import type { InstalledDeb } from "../../../../../src/packages/deb/installed.ts";
import { MemoryRoot } from "../../../../../src/packages/scripts/memory/memory-root.ts";
import { putFile, readText } from "../../../../../src/packages/scripts/root-files.ts";
import type { UnpackedEntry } from "../../../../../src/packages/unpacked.ts";

const FOLDER = "/var/lib/dpkg/triggers";

function aDeb(
  name: string,
  triggers: string,
  options: { readonly paths?: readonly string[]; readonly isOfEach?: boolean } = {},
): InstalledDeb {
  const control = new Map([
    ["Package", name],
    ["Architecture", "amd64"],
    ...(options.isOfEach === true ? [["Multi-Arch", "same"] as const] : []),
  ]);
  const entries = (options.paths ?? []).map((path): UnpackedEntry => ({
    path,
    type: "file",
    mode: 0o644,
    uid: 0,
    gid: 0,
    mtime: 0,
    size: 0,
    excluded: false,
  }));
  return { name, control, controlFiles: new Map([["triggers", triggers]]), entries };
}

/** A root in which these packages are configured, and what they are told. */
function withConfigured(...names: readonly string[]) {
  const root = new MemoryRoot({ now: 0 });
  const triggers = new Triggers(root, (name) => names.includes(name));
  const told = (): readonly string[] => {
    const all: string[] = [];
    for (let next = triggers.next(); next !== undefined; next = triggers.next())
      all.push(`${next.package}: ${next.triggers.join(" ")}`);
    return all;
  };
  return { root, triggers, told };
}

describe("the triggers of Debian's packages", () => {
  test("are told of a file and of all folders above it, each once", () => {
    const { triggers, told } = withConfigured("menus", "icons");
    triggers.unpacked(aDeb("menus", "interest /usr/share/applications\n"));
    triggers.unpacked(aDeb("icons", "interest-noawait /usr/share\ninterest /usr/share/icons/hi\n"));
    triggers.unpacked(
      aDeb("app", "", {
        paths: [
          "usr/share/applications/app.desktop",
          "usr/share/applications/two.desktop",
          "usr/share/icons/hi",
          "usr/share/icons-else",
        ],
      }),
    );
    expect(told()).toEqual([
      "menus: /usr/share/applications",
      "icons: /usr/share /usr/share/icons/hi",
    ]);
    expect(told()).toEqual([]);
  });

  test("are set off by name when a package is unpacked, and when it is configured", () => {
    const { triggers, told } = withConfigured("libc-bin");
    triggers.unpacked(aDeb("libc-bin", "interest-await ldconfig # who loads\n\n# nothing\n"));
    const lib = aDeb("lib", "  activate-noawait ldconfig\nactivate other\n");
    triggers.unpacked(lib);
    expect(told()).toEqual(["libc-bin: ldconfig"]);
    triggers.configuring(lib);
    expect(told()).toEqual(["libc-bin: ldconfig"]);
    triggers.configuring(aDeb("libc-bin", "interest ldconfig"));
    expect(told()).toEqual([]);
  });

  test("are not told to a package that is not configured yet", () => {
    const { triggers, told } = withConfigured("other");
    triggers.unpacked(aDeb("late", "interest now"));
    triggers.unpacked(aDeb("lib", "activate now"));
    expect(told()).toEqual([]);
  });

  test("are in dpkg's database, in a file for each name and in one for all paths", () => {
    const { root, triggers } = withConfigured();
    triggers.unpacked(aDeb("a", "interest-noawait ldconfig\ninterest /usr/lib\ninterest /opt"));
    triggers.unpacked(aDeb("b", "interest ldconfig\ninterest ../etc/passwd", { isOfEach: true }));
    triggers.unpacked(aDeb("a", "interest-noawait ldconfig"));
    expect(readText(root, `${FOLDER}/ldconfig`)).toBe("a/noawait\nb:amd64\n");
    expect(readText(root, `${FOLDER}/File`)).toBe("/usr/lib a\n/opt a\n");
    expect(root.list(FOLDER)).toEqual(["File", "ldconfig"]);
  });

  test("of layers below are read out of dpkg's database", () => {
    const { root, told: toldNobody } = withConfigured();
    putFile(root, `${FOLDER}/File`, "/usr/share/man man-db/noawait\n/opt odd:amd64\n");
    putFile(root, `${FOLDER}/ldconfig`, "libc-bin\n");
    putFile(root, `${FOLDER}/Lock`, "locked\n");
    putFile(root, `${FOLDER}/Unincorp`, "");
    const triggers = new Triggers(root, () => true);
    triggers.unpacked(
      aDeb("a", "activate ldconfig\nactivate Lock", { paths: ["opt/x", "usr/share/man/a.1"] }),
    );
    expect(triggers.next()).toEqual({ package: "libc-bin", triggers: ["ldconfig"] });
    expect(triggers.next()).toEqual({ package: "odd", triggers: ["/opt"] });
    expect(triggers.next()).toEqual({ package: "man-db", triggers: ["/usr/share/man"] });
    expect(triggers.next()).toBeUndefined();
    expect(toldNobody()).toEqual([]);
  });

  test("that scripts asked for with dpkg-trigger are taken up once", () => {
    const { root, triggers, told } = withConfigured("ca");
    triggers.unpacked(aDeb("ca", "interest update-ca\ninterest /etc/ssl"));
    putFile(root, `${FOLDER}/Unincorp`, "update-ca x\n/etc/ssl -\nunknown y\n");
    triggers.collect();
    expect(told()).toEqual(["ca: update-ca /etc/ssl"]);
    expect(readText(root, `${FOLDER}/Unincorp`)).toBe("");
    triggers.collect();
    expect(told()).toEqual([]);
  });
});
