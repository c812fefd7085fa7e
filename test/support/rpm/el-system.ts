import type { PackedFile } from "./packed-file.ts";
import type { PackedRpm } from "./packed-rpm.ts";
import { shared } from "./el-from-debian.ts";

const folder = (path: string, mode = 0o755): PackedFile => ({ path, type: "directory", mode });
const file = (path: string, text: string, mode = 0o644): PackedFile => ({
  path,
  type: "file",
  mode,
  content: Buffer.from(text),
});
const link = (path: string, target: string): PackedFile => ({
  path,
  type: "symlink",
  mode: 0o777,
  target,
});

const modes: Readonly<Record<string, number>> = {
  "/proc": 0o555,
  "/root": 0o550,
  "/sys": 0o555,
  "/tmp": 0o1777,
  "/var/tmp": 0o1777,
};

const lines = (...each: readonly string[]): string => `${each.join("\n")}\n`;

const own = { version: "9.8", release: "1.el9", architecture: "noarch" } as const;

/**
 * The packages of EL's base that have no counterpart in Debian, with scripts such as theirs.
 * `bundle` is the text of the certificates that are trusted.
 */
export function elSystem(bundle: string): readonly PackedRpm[] {
  return [
    {
      ...own,
      name: "filesystem",
      requires: [],
      files: [
        ...[...shared].map((path) => folder(path, modes[path])),
        ...["bin", "sbin", "lib", "lib64"].map((name) => link(`/${name}`, `usr/${name}`)),
        link("/var/run", "../run"),
      ],
      pretrans: lines(
        'posix.mkdir("/usr")',
        'for _, d in ipairs({"bin", "sbin", "lib", "lib64"}) do',
        '  posix.mkdir("/usr/" .. d)',
        '  posix.symlink("usr/" .. d, "/" .. d)',
        "end",
      ),
    },
    {
      ...own,
      name: "setup",
      requires: [],
      files: [
        file(
          "/etc/passwd",
          lines(
            "root:x:0:0:root:/root:/bin/bash",
            "bin:x:1:1:bin:/bin:/sbin/nologin",
            "nobody:x:65534:65534:Kernel Overflow User:/:/sbin/nologin",
          ),
        ),
        file("/etc/group", lines("root:x:0:", "bin:x:1:", "tty:x:5:", "nobody:x:65534:")),
        file(
          "/etc/shadow",
          lines("root:*::0:99999:7:::", "bin:*:19347:0:99999:7:::", "nobody:*:19347:0:99999:7:::"),
          0,
        ),
        file("/etc/gshadow", lines("root:::", "bin:::", "tty:::", "nobody:::"), 0),
        file("/etc/services", "http 80/tcp\n"),
      ],
    },
    { ...own, name: "basesystem", requires: ["setup", "filesystem"], files: [] },
    {
      ...own,
      name: "oraclelinux-release",
      requires: [],
      files: [
        file("/etc/oracle-release", "Oracle Linux Server release 9.8\n"),
        file(
          "/etc/os-release",
          lines(
            'NAME="Oracle Linux Server"',
            'VERSION="9.8"',
            'ID="ol"',
            'VERSION_ID="9.8"',
            'PLATFORM_ID="platform:el9"',
            'PRETTY_NAME="Oracle Linux Server 9.8, as a test has it"',
          ),
        ),
      ],
    },
    {
      ...own,
      name: "glibc-minimal-langpack",
      requires: ["glibc"],
      provides: ["glibc-langpack"],
      files: [],
    },
    {
      ...own,
      name: "ca-certificates",
      requires: ["bash"],
      files: [
        ...["/etc/pki", "/etc/pki/tls", "/etc/pki/tls/certs"].map((path) => folder(path)),
        file("/etc/pki/tls/certs/ca-bundle.crt", bundle),
      ],
    },
    {
      ...own,
      name: "httpd-filesystem",
      requires: ["/bin/sh"],
      files: [folder("/usr/share/httpd"), folder("/var/www")],
      pre: lines(
        "getent group apache >/dev/null || groupadd -f -g 48 -r apache",
        "if ! getent passwd apache >/dev/null ; then",
        "  if ! getent passwd 48 >/dev/null ; then",
        "    useradd -r -u 48 -g apache -s /sbin/nologin -d /usr/share/httpd -c Apache apache",
        "  fi",
        "fi",
        "exit 0",
      ),
    },
    // In no module: dnf hides it while a stream of php is enabled.
    { ...own, name: "php-common", version: "99.0", requires: [], files: [] },
  ];
}
