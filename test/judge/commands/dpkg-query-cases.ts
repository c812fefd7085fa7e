import type { ToolCase } from "./tool-case.ts";

type Call = ToolCase["calls"][number];

const paragraph = (name: string, state: string, ...more: readonly string[]): string =>
  [
    `Package: ${name}`,
    `Status: ${state}`,
    "Maintainer: x <x@example.org>",
    ...more,
    "Description: about it",
    " at length",
    "",
    "",
  ].join("\n");

const texts: NonNullable<ToolCase["texts"]> = {
  "/var/lib/dpkg/status": [
    paragraph("aa", "install ok installed", "Architecture: amd64", "Version: 1.0"),
    paragraph("ab", "hold ok installed", "Architecture: all", "Version: 2.0-3"),
    paragraph("b", "deinstall ok config-files", "Architecture: amd64", "Version: 3"),
    paragraph("c", "install ok unpacked", "Architecture: amd64", "Version: 4"),
    paragraph("d", "install ok half-configured", "Architecture: amd64", "Version: 5"),
    paragraph("e", "install reinstreq half-installed", "Architecture: amd64", "Version: 6"),
    paragraph("f", "unknown ok not-installed", "Architecture: amd64"),
    paragraph(
      "libm",
      "install ok installed",
      "Architecture: amd64",
      "Multi-Arch: same",
      "Source: m (7:1.2-1)",
      "Version: 7:1.2-1+b1",
    ),
  ].join(""),
  "/var/lib/dpkg/info/aa.list": "/.\n/usr\n/usr/bin\n/usr/bin/aa\n/usr/bin/shared\n",
  "/var/lib/dpkg/info/ab.list": "/.\n/usr\n/usr/bin\n/usr/bin/ab\n",
  "/var/lib/dpkg/info/libm:amd64.list": "/.\n/usr\n/usr/lib\n/usr/lib/libm.so.1\n",
  "/var/lib/dpkg/info/aa.md5sums": "\n",
  "/var/lib/dpkg/info/libm:amd64.postinst": "#!/bin/sh\n",
  "/var/lib/dpkg/info/format": "1\n",
};
const query = (...args: readonly string[]): Call => ["dpkg-query", ...args];

/** More questions to dpkg-query. */
export const dpkgQueryCases: readonly ToolCase[] = [
  {
    name: "dpkg-query: what state packages are in",
    files: [],
    texts,
    calls: [
      query("-W", "-f", "${Package} ${db:Status-Abbrev}|\n"),
      query("-W", "-f", "${Package} ${Status}|${db:Status-Want}|${db:Status-Status}\n", "*"),
      query("-l", "aa"),
      query("-l", "a*", "libm"),
      query("--list", "none"),
      query("--list", "aa", "none"),
      query("-l", "e", "d", "c", "b"),
    ],
  },
  {
    name: "dpkg-query: forms of its words",
    files: [],
    texts,
    calls: [
      query("-Wf", "${Package}\n", "aa"),
      query("-Wf=${Package}\n", "aa"),
      query("-f=${Package;5}|${Version;-6}|${Version;0}\n", "-W", "aa", "ab"),
      query("--showformat", "${source:Package} ${source:Version}\\n", "-W", "libm", "aa"),
      query("--showformat=${Multi-Arch}|${multi-arch}|${Nothing;3}|\\n", "-W", "libm"),
      query("-W", "-f", "a\\tb\\\\c\\nd", "aa"),
      query("-W", "--", "aa"),
      query("--no-pager", "-W", "aa", "ab"),
      query("-W", "libm:amd64", "libm:any", "aa:all"),
      query("-W", "?b", "[cd]"),
      query("-Wf${Package} ", "b", "aa", "b", "a*"),
      query("-W", "f"),
    ],
  },
  {
    name: "dpkg-query: files of packages",
    files: [],
    texts,
    calls: [
      query("-L", "aa", "ab"),
      query("-L", "none", "aa"),
      query("-L", "libm"),
      query("-L", "libm:amd64"),
      query("-S", "bin/a"),
      query("-S", "/usr/bin/a?"),
      query("-S", "libm"),
      query("-S", "*libm*"),
      query("-S", "/usr/bin/aa", "/usr/bin/ab"),
      query("-S", "nothing-at-all", "/usr/bin/aa"),
      query("-S", "[x]"),
      query("--control-path", "aa", "md5sums"),
      query("--control-path", "aa", "none"),
      query("-c", "libm", "postinst"),
      query("-c", "libm:amd64", "postinst"),
    ],
  },
  {
    name: "dpkg-query: states as paragraphs",
    files: [],
    texts,
    calls: [query("-s", "aa"), query("--status", "none", "ab"), query("-s", "libm")],
  },
  {
    name: "dpkg: questions that it hands on",
    files: [],
    texts,
    calls: [
      ["dpkg", "-s", "aa"],
      ["dpkg", "--status", "none"],
      ["dpkg", "-l", "a*"],
      ["dpkg", "--list", "aa"],
      ["dpkg", "-L", "aa"],
      ["dpkg", "--listfiles", "ab"],
      ["dpkg", "-S", "/usr/bin/aa"],
      ["dpkg", "--search", "none-of-it"],
      ["dpkg", "--validate-version", ""],
      ["dpkg", "--validate-version", "1:"],
      ["dpkg", "--validate-version", "x1"],
      ["dpkg", "--validate-version", "1-"],
      ["dpkg", "--assert-long-filenames"],
      ["dpkg", "--assert-multi-conrep"],
      ["dpkg", "--assert-versioned-provides"],
      ["dpkg", "--assert-working-epoch"],
      ["dpkg", "--compare-versions", "1", "lt"],
    ],
  },
];
