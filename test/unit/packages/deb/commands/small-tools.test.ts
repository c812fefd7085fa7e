import { describe, expect, it, test } from "vitest";
import { debianCommands } from "../../../../../src/packages/deb/commands/table.ts";
import { fromBytes, toBytes } from "../../../../../src/packages/scripts/bytes.ts";
import { MemoryRoot } from "../../../../../src/packages/scripts/memory/memory-root.ts";
import { callCommand } from "../../../../support/command-call.ts";

function rootWith(files: Readonly<Record<string, string>> = {}): MemoryRoot {
  const root = new MemoryRoot({ now: 1_700_000_000 });
  for (const [path, text] of Object.entries(files)) {
    if (path.endsWith("/")) root.add(path.slice(0, -1), { kind: "directory", mode: 0o755 });
    else root.add(path, { kind: "file", mode: 0o644, content: toBytes(text) });
  }
  return root;
}

/** What a command prints and ends with where that is not 0, or what it is not known to do. */
function call(
  argv: readonly string[],
  root: MemoryRoot = rootWith(),
  architecture = "amd64",
): string {
  const known = debianCommands({ architecture, machine: "x86_64", answers: new Map() });
  const [path = ""] = argv;
  // A program that is known by its path is called by its name here.
  const byPath = known.get(path);
  const commands = new Map([
    ...known,
    ...(byPath === undefined ? [] : [[path.slice(path.lastIndexOf("/") + 1), byPath] as const]),
  ]);
  const { status, stdout, wanted } = callCommand(argv, {
    root,
    commands,
    env: { PATH: "/usr/bin", DPKG_MAINTSCRIPT_PACKAGE: "p" },
  });
  if (wanted !== undefined) return `needs ${wanted}`;
  return `${stdout}${status === 0 ? "" : `= ${status}`}`.trimEnd();
}

describe("where apt installs, file systems of the kernel", () => {
  it.each([
    ["/", ""],
    ["/proc", ""],
    ["/proc/", ""],
    ["/sys", ""],
    ["/dev", ""],
    ["/dev/pts", ""],
    ["/dev/shm", "= 1"],
    ["/usr", "= 1"],
  ])("are mounted on %s: %j", (path, expected) => {
    expect(call(["mountpoint", "-q", path])).toBe(expected);
  });
});

// As dpkg-architecture and dpkg-vendor of dpkg-dev 1.21 answer on Debian.
describe("what dpkg says of the architecture and the vendor", () => {
  it.each([
    ["amd64", "-qDEB_HOST_MULTIARCH", "x86_64-linux-gnu"],
    ["amd64", "-q DEB_HOST_MULTIARCH", "x86_64-linux-gnu"],
    ["arm64", "-qDEB_HOST_MULTIARCH", "aarch64-linux-gnu"],
    ["amd64", "-qDEB_HOST_ARCH", "amd64"],
    ["arm64", "-qDEB_BUILD_ARCH", "arm64"],
    ["amd64", "-qDEB_HOST_ARCH_BITS", "needs dpkg-architecture DEB_HOST_ARCH_BITS"],
  ])("dpkg-architecture for %s %s: %s", (architecture, words, expected) => {
    expect(call(["dpkg-architecture", ...words.split(" ")], rootWith(), architecture)).toBe(
      expected,
    );
  });

  it.each([
    ["--query vendor", "Debian"],
    ["--query Vendor", "Debian"],
    ["--is debian", ""],
    ["--is Debian", ""],
    ["--is Ubuntu", "= 1"],
    ["--derives-from debian", ""],
    ["--derives-from ubuntu", "= 1"],
    ["--query parent", "needs dpkg-vendor --query parent"],
  ])("dpkg-vendor %s: %j", (words, expected) => {
    expect(call(["dpkg-vendor", ...words.split(" ")])).toBe(expected);
  });

  it.each([
    ["--print-architecture", "arm64"],
    ["--print-foreign-architectures", ""],
    ["--assert-protected-field", ""],
    ["--assert-nothing", "needs dpkg --assert-nothing"],
    ["--configure -a", "needs dpkg --configure"],
  ])("dpkg %s: %j", (words, expected) => {
    expect(call(["dpkg", ...words.split(" ")], rootWith(), "arm64")).toBe(expected);
  });
});

// Source: deb-triggers(5), dpkg-trigger(1): the file holds a trigger and who waits for it, or "-".
describe("dpkg-trigger", () => {
  const file = "/var/lib/dpkg/triggers/Unincorp";

  it.each<readonly [calls: readonly string[], lines: string]>([
    [["ldconfig"], "ldconfig p\n"],
    [["--no-await ldconfig"], "ldconfig -\n"],
    [["--await ldconfig"], "ldconfig p\n"],
    [["--by-package=q ldconfig"], "ldconfig q\n"],
    [["--by-package=q --no-await ldconfig"], "ldconfig -\n"],
    [["one", "two", "one"], "one p\ntwo p\n"],
    [["one", "--no-await one"], "one p\none -\n"],
  ])("%j notes the trigger and who waits for it", (calls, lines) => {
    const root = rootWith({ "/var/lib/dpkg/triggers/": "" });
    for (const words of calls) expect(call(["dpkg-trigger", ...words.split(" ")], root)).toBe("");
    expect(fromBytes(root.read(file))).toBe(lines);
  });

  it("says that triggers are there, and notes none", () => {
    const root = rootWith({ "/var/lib/dpkg/triggers/": "" });
    expect(call(["dpkg-trigger", "--check-supported"], root)).toBe("");
    expect(root.stat(file)).toBeUndefined();
    expect(call(["dpkg-trigger", "--root=/x", "a"], root)).toBe("needs dpkg-trigger --root=/x");
  });
});

// Source: kpsestat(1), kpseaccess(1) and kpsereadlink(1) of TeX Live.
describe("tools of TeX for files", () => {
  const root = rootWith({ "/file": "", "/program": "" });
  root.chmod("/file", 0o644);
  root.chmod("/program", 0o755);
  root.symlink("file", "/link");

  it.each([
    ["kpsereadlink /link", "file"],
    ["kpsereadlink /file", "= 1"],
    ["kpsereadlink /none", "= 1"],
    ["kpseaccess -r /file", ""],
    ["kpseaccess -r /none", "= 1"],
    ["kpseaccess -x /file", "= 1"],
    ["kpseaccess -rx /file", "= 1"],
    ["kpseaccess -x /program", ""],
    ["kpsestat =0 /file", "0"],
    ["kpsestat -022 /program", "755"],
    ["kpsestat -111 /program", "644"],
    ["kpsestat +222 /file", "666"],
    ["kpsestat +0 /file", "644"],
    ["kpsestat 600 /file", "600"],
    ["kpsestat =600 /file", "600"],
    ["kpsestat +0 /none", "= 1"],
    ["kpsestat +0", "= 1"],
  ])("%s: %j", (words, expected) => {
    expect(call(words.split(" "), root)).toBe(expected);
  });
});

describe("programs that have nothing to do in an image", () => {
  it.each([
    ["python3 /usr/lib/python3/py_compile.py x", ""],
    ["python3 -O /usr/lib/python3/compileall.py x", ""],
    ["python3 /usr/bin/tool", 'needs the program "python3"'],
    ["journalctl --update-catalog", ""],
    ["journalctl -b", "needs journalctl"],
    ["apache2ctl configtest", ""],
    ["apache2ctl -t", ""],
    ["apache2ctl graceful", ""],
    ["apache2ctl -M", "needs apache2ctl"],
    ["apache2ctl start now", "needs apache2ctl"],
    ["proftpd -t", ""],
    ["proftpd", "needs proftpd"],
    ["lpstat -r", "scheduler is not running\n= 1"],
    ["lpstat -a", "needs lpstat"],
    ["setpriv --reuid x -- systemctl daemon-reload", "needs a program by another user"],
    ["setpriv --reuid x sysctl", "needs a program by another user"],
    ["setpriv --reuid x -- /usr/sbin/sysctl", ""],
    ["runuser -u x -- tool", "needs a program by another user"],
  ])("%s: %j", (words, expected) => {
    expect(call(words.split(" "))).toBe(expected);
  });
});

describe("df", () => {
  it.each([
    [
      "-P",
      "Filesystem     1024-blocks  Used Available Capacity Mounted on\nnone             104857600     0 104857600       0% /",
    ],
    ["--output=avail /var", "    Avail\n104857600"],
    ["--output=avail /var /tmp", "    Avail\n104857600\n104857600"],
    ["--output=used", "needs these columns of df"],
  ])("%s tells of one file system with room", (words, expected) => {
    expect(call(["df", ...words.split(" ")])).toBe(expected);
  });
});

describe("paperconf", () => {
  it.each([
    ["a4\n", "a4"],
    ["# comment\n\n  letter # here\na4\n", "letter"],
    ["# none\n", "needs paperconf"],
  ])("reads the size from %j: %j", (text, expected) => {
    expect(call(["paperconf"], rootWith({ "/etc/papersize": text }))).toBe(expected);
  });

  it("knows no other question", () => {
    expect(call(["paperconf", "-s"], rootWith({ "/etc/papersize": "a4\n" }))).toBe(
      "needs paperconf",
    );
  });
});

describe("chronyd -p", () => {
  it("prints settings without comments, those of a folder in their place", () => {
    const root = rootWith({
      "/etc/chrony/chrony.conf":
        "# one\n! two\n% three\n; four\n\n  \npool x iburst\nconfdir /etc/chrony/conf.d\nconfdir /none\nrtcsync\n",
      "/etc/chrony/conf.d/b.conf": "b\n",
      "/etc/chrony/conf.d/a.conf": "a\n # within\n",
      "/etc/chrony/conf.d/c.txt": "c\n",
    });
    expect(call(["chronyd", "-p"], root)).toBe("pool x iburst\na\nb\nrtcsync");
    expect(call(["chronyd", "-q"], root)).toBe("needs chronyd");
  });

  it("follows ten folders in one another, and no more", () => {
    const chain = (length: number): MemoryRoot =>
      rootWith({
        "/etc/chrony/chrony.conf": "confdir /c/1\n",
        ...Object.fromEntries(
          Array.from({ length }, (_, index) => [
            `/c/${index + 1}/x.conf`,
            index + 1 < length ? `confdir /c/${index + 2}\n` : "end\n",
          ]),
        ),
      });
    expect(call(["chronyd", "-p"], chain(10))).toBe("end");
    expect(call(["chronyd", "-p"], chain(11))).toBe(
      "needs files of settings that include each other",
    );
  });
});

describe("emacs-package-install", () => {
  const state = "/var/lib/emacsen-common/state";
  const tool = "/usr/lib/emacsen-common/emacs-package-install";

  test("where Emacs is, its packages are nothing that is known", () => {
    const root = rootWith({ [`${state}/package/installed/`]: "" });
    expect(call([tool, "--postinst", "p"], root)).toBe("");
    expect(root.stat(`${state}/package/installed/p`)).toBeDefined();
    const withEmacs = rootWith({
      [`${state}/package/installed/`]: "",
      [`${state}/flavor/installed/emacs`]: "",
    });
    expect(call([tool, "--postinst", "p"], withEmacs)).toBe("needs Emacs");
    expect(call([tool, "--preinst", "p"], withEmacs)).toBe("");
    expect(call([tool, "--other", "p"], root)).toBe("needs Emacs");
  });
});

describe("update-locale", () => {
  const file = "/etc/default/locale";

  it.each([
    ["LANG=C.UTF-8", ""],
    ["LANG=C.utf8", ""],
    ['LANG="C"', ""],
    ["LANG=de_DE.UTF-8", "needs the languages of the C library"],
    ["LANG=C LC_TIME=de_DE", "needs the languages of the C library"],
  ])("checks whether there is the language: %s", (words, expected) => {
    expect(call(["update-locale", ...words.split(" ")], rootWith({ "/etc/default/": "" }))).toBe(
      expected,
    );
  });

  test("a last line without an end gets one", () => {
    const root = rootWith({ [file]: "# x" });
    call(["update-locale", "LANG=C"], root);
    expect(fromBytes(root.read(file))).toBe("# x\nLANG=C\n");
  });
});

// Source: dpkg-maintscript-helper(1): nothing is done when nothing was installed before.
describe("dpkg-maintscript-helper", () => {
  it.each([
    ["supports rm_conffile", ""],
    ["supports mv_conffile", ""],
    ["supports symlink_to_dir", ""],
    ["supports dir_to_symlink", ""],
    ["supports something", "= 1"],
    ["supports", "= 1"],
    ["rm_conffile /etc/x 1.0 -- install", ""],
    ["mv_conffile /etc/x /etc/y 1.0 -- configure", ""],
    [
      "dir_to_symlink /x y 1.0 -- install 0.9",
      "needs dpkg-maintscript-helper dir_to_symlink for an upgrade",
    ],
    [
      "symlink_to_dir /x y 1.0 -- upgrade",
      "needs dpkg-maintscript-helper symlink_to_dir for an upgrade",
    ],
    ["rm_conffile /etc/x 1.0 -- triggered t", ""],
    ["rm_conffile /etc/x 1.0 -- reconfigure 1", ""],
    ["rm_conffile /etc/x 1.0", "= 1"],
    ["rm_file /etc/x -- install", "needs dpkg-maintscript-helper rm_file"],
  ])("%s: %j", (words, expected) => {
    expect(call(["dpkg-maintscript-helper", ...words.split(" ")])).toBe(expected);
  });
});

// Source: dpkg-realpath(1), setcap(8), perlrun(1), su(1).
describe("programs of which little is known", () => {
  const root = rootWith({ "/usr/lib/x": "", "/usr/bin/perl": "" });
  root.symlink("usr/lib", "/lib");
  root.chmod("/usr/bin/perl", 0o755);

  it.each([
    ["dpkg-realpath /lib/x", "/usr/lib/x"],
    ["dpkg-realpath --zero /lib", "/usr/lib"],
    ["dpkg-realpath /none/x", "/none/x"],
    ["setcap cap_net_raw+ep /usr/lib/x", "= 1"],
    ["perl -e ", ""],
    ["perl -e 1", "needs Perl, for 1"],
    ["perl -e  x", "needs Perl, for "],
    ["perl /usr/bin/tool", "needs Perl, for /usr/bin/tool"],
    ["perl -w", "needs Perl, for a line"],
    ["su web", "needs a program by another user"],
    ["su -c", "needs a program by another user"],
  ])("%s: %j", (words, expected) => {
    expect(call(words.split(" "), root)).toBe(expected);
  });

  test("perl is told to be absent where it is", () => {
    expect(call(["perl", "-e", ""])).toBe("= 127");
  });
});

describe("shells", () => {
  it.each<readonly [calls: readonly string[], lines: string]>([
    [["add-shell /bin/zsh"], "/bin/sh\n/bin/zsh\n"],
    [["add-shell /bin/sh"], "/bin/sh\n"],
    [["add-shell /bin/sh /bin/a /bin/b"], "/bin/sh\n/bin/a\n/bin/b\n"],
    [["add-shell /bin/a", "remove-shell /bin/sh"], "/bin/a\n"],
    [["remove-shell /bin/none"], "/bin/sh\n"],
  ])("%j leaves those that it should", (calls, lines) => {
    const root = rootWith({ "/etc/shells": "/bin/sh\n" });
    for (const words of calls) expect(call(words.split(" "), root)).toBe("");
    expect(fromBytes(root.read("/etc/shells"))).toBe(lines);
  });
});
