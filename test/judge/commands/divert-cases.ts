import type { ToolCase } from "./tool-case.ts";

type Call = ToolCase["calls"][number];

const divert = (...args: readonly string[]): Call => ["dpkg-divert", ...args];
const override = (...args: readonly string[]): Call => ["dpkg-statoverride", ...args];

/** More calls of dpkg-divert and dpkg-statoverride. */
export const divertCases: readonly ToolCase[] = [
  {
    name: "dpkg-divert: words with a value behind an equals sign",
    files: ["/usr/bin/f", "/usr/bin/g"],
    calls: [
      divert("--package=p", "--divert=/usr/bin/f=old", "--rename", "--add", "/usr/bin/f"),
      divert("--package=q", "--rename", "/usr/bin/g"),
      divert("--list"),
      divert("--package=p", "--divert=/usr/bin/f=old", "--rename", "--remove", "/usr/bin/f"),
    ],
  },
  {
    name: "dpkg-divert: lists by what stands in them",
    files: [],
    calls: [
      divert("--package", "p", "--no-rename", "--divert", "/d/one", "--add", "/a/one"),
      divert("--package", "q", "--no-rename", "--divert", "/d/two", "--add", "/b/two"),
      divert("--local", "--no-rename", "--add", "/c/three"),
      divert("--list", "p"),
      divert("--list", "/d/*"),
      divert("--list", "/b/*"),
      divert("--list", "*three*"),
      divert("--list", "/a/one", "/c/three"),
      divert("--list", "/none"),
      divert("--quiet", "--list"),
      divert("--listpackage", "/a/one"),
      divert("--listpackage", "/d/one"),
      divert("--truename", "/d/one"),
      divert("--truename", "/b/two"),
    ],
  },
  {
    name: "dpkg-divert: the same again, and what clashes with it",
    files: [],
    calls: [
      divert("--package", "p", "--no-rename", "--divert", "/d", "--add", "/a"),
      divert("--package", "p", "--no-rename", "--divert", "/d", "--add", "/a"),
      divert("--package", "p", "--no-rename", "--divert", "/e", "--add", "/a"),
      divert("--package", "q", "--no-rename", "--divert", "/d", "--add", "/a"),
      divert("--package", "p", "--no-rename", "--divert", "/d", "--add", "/b"),
      divert("--package", "p", "--no-rename", "--divert", "/a", "--add", "/b"),
      divert("--package", "p", "--no-rename", "--divert", "/b", "--add", "/d"),
      divert("--local", "--no-rename", "--divert", "/d", "--add", "/a"),
      divert("--package", "p", "--no-rename", "--divert", "/f", "--add", "/e"),
    ],
  },
  {
    name: "dpkg-divert: files that move, and those that cannot",
    files: ["/usr/bin/f", "/usr/bin/g", "/usr/bin/taken"],
    calls: [
      divert("--package", "p", "--rename", "--divert", "/usr/bin/moved", "--add", "/usr/bin/f"),
      divert("--package", "p", "--rename", "--add", "/usr/bin/absent"),
      divert("--package", "p", "--rename", "--remove", "/usr/bin/absent"),
      divert("--package", "p", "--rename", "--remove", "/usr/bin/f"),
      divert("--package", "p", "--no-rename", "--add", "/usr/bin/g"),
      divert("--package", "p", "--rename", "--remove", "/usr/bin/g"),
    ],
  },
  {
    name: "dpkg-divert: removals by the words that they name",
    files: ["/usr/bin/f"],
    calls: [
      divert("--package", "p", "--no-rename", "--divert", "/usr/bin/d", "--add", "/usr/bin/f"),
      divert("--local", "--no-rename", "--remove", "/usr/bin/f"),
      divert("--package", "q", "--no-rename", "--remove", "/usr/bin/f"),
      divert("--no-rename", "--divert", "/usr/bin/e", "--remove", "/usr/bin/f"),
      divert("--package", "p", "--no-rename", "--remove", "/usr/bin/none"),
      divert("--local", "--no-rename", "--remove", "/usr/bin/none"),
      divert("--no-rename", "--remove", "/usr/bin/none"),
      divert("--no-rename", "--divert", "/usr/bin/d", "--remove", "/usr/bin/f"),
      divert("--list"),
    ],
  },
  {
    name: "dpkg-divert: the diverting package's own file stays",
    files: ["/usr/bin/f", "/usr/bin/g"],
    texts: {
      "/var/lib/dpkg/status":
        "Package: p\nStatus: install ok installed\nMaintainer: x <x@example.org>\nArchitecture: all\nVersion: 1\nDescription: x\n\n",
      "/var/lib/dpkg/info/p.list": "/.\n/usr\n/usr/bin\n/usr/bin/f\n",
      "/var/lib/dpkg/info/format": "1\n",
    },
    calls: [
      divert("--package", "p", "--rename", "--add", "/usr/bin/f"),
      divert("--package", "p", "--rename", "--add", "/usr/bin/g"),
      divert("--list"),
    ],
  },
  {
    name: "dpkg-statoverride: lists, numbers of accounts and slashes",
    files: ["/usr/bin/f", "/var/d/"],
    calls: [
      override("--list"),
      override("--add", "#0", "#1", "0750", "/usr/bin/f"),
      override("--add", "root", "daemon", "1777", "/var/d/"),
      override("--update", "--add", "#4007", "#4008", "644", "/usr/bin/none"),
      override("--list"),
      override("--list", "/var/d/"),
      override("--list", "/var/d", "/usr/bin/none"),
      override("--list", "/"),
      override("--remove", "/var/d"),
      override("--list", "/var/d"),
      override("--force-all", "--add", "daemon", "root", "0600", "/usr/bin/f"),
      override("--update", "--force-all", "--add", "#4007", "#4008", "04755", "/usr/bin/f"),
      override("--list", "/usr/bin/f"),
    ],
  },
  {
    name: "dpkg-statoverride: calls that are refused",
    files: ["/f"],
    calls: [
      override(),
      override("/f"),
      override("--add", "root", "root", "", "/f"),
      override("--add", "root", "root", "0888", "/f"),
      override("--add", "root", "root", "10000", "/f"),
      override("--add", "root", "root", "7777", "/f"),
      override("--add", "nobody-here", "root", "644", "/g"),
      override("--add", "root", "nobody-here", "644", "/g"),
      override("--add", "#-1", "root", "644", "/g"),
      override("--quiet", "--add", "root", "root", "644", "/f"),
      override("--quiet", "--remove", "/none"),
      override("--remove", "/f"),
      override("--list"),
    ],
  },
];
