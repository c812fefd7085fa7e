import type { ToolCase } from "./tool-case.ts";

const programs = [
  "/p/a",
  "/p/b",
  "/p/c",
  "/p/as",
  "/p/bs",
  "/bin/",
  "/sbin/",
  "/etc/alternatives/",
];
const x = ["update-alternatives", "--install", "/bin/x", "x"] as const;
const slave = ["--slave", "/bin/s", "s"] as const;

/** Whatever a call of update-alternatives left, shown in its three ways. */
const shown: ToolCase["calls"] = [
  ["update-alternatives", "--query", "x"],
  ["update-alternatives", "--display", "x"],
  ["update-alternatives", "--list", "x"],
];

const choices: Readonly<Record<string, ToolCase["calls"]>> = {
  "a slave that only the lower choice has": [
    [...x, "/p/a", "20"],
    [...x, "/p/b", "10", ...slave, "/p/bs"],
  ],
  "a slave that goes with its choice": [
    [...x, "/p/a", "10", ...slave, "/p/as"],
    [...x, "/p/b", "20"],
    ["update-alternatives", "--set", "x", "/p/a"],
    ["update-alternatives", "--auto", "x"],
  ],
  "a slave of both choices": [
    [...x, "/p/a", "10", ...slave, "/p/as"],
    [...x, "/p/b", "20", ...slave, "/p/bs"],
    ["update-alternatives", "--set", "x", "/p/a"],
  ],
  "a slave that the same choice no longer has": [
    [...x, "/p/a", "10", ...slave, "/p/as"],
    [...x, "/p/a", "10"],
  ],
  "a slave in another order": [
    [...x, "/p/a", "10", "--slave", "/bin/z", "z", "/p/as", "--slave", "/bin/k", "k", "/p/bs"],
  ],
  "negative and large priorities": [
    [...x, "/p/a", "-10"],
    [...x, "/p/b", "0"],
    [...x, "/p/c", "2147483647"],
    ["update-alternatives", "--remove", "x", "/p/c"],
    ["update-alternatives", "--remove", "x", "/p/b"],
  ],
  "the best one is lowered": [
    [...x, "/p/a", "10"],
    [...x, "/p/b", "20"],
    [...x, "/p/b", "5"],
  ],
  "the chosen one by hand is removed": [
    [...x, "/p/a", "10"],
    [...x, "/p/b", "20"],
    ["update-alternatives", "--set", "x", "/p/a"],
    ["update-alternatives", "--remove", "x", "/p/a"],
  ],
  "another one is removed while one is chosen by hand": [
    [...x, "/p/a", "10"],
    [...x, "/p/b", "20"],
    ["update-alternatives", "--set", "x", "/p/a"],
    ["update-alternatives", "--remove", "x", "/p/b"],
  ],
  "by hand the best one": [
    [...x, "/p/a", "10"],
    [...x, "/p/b", "20"],
    ["update-alternatives", "--set", "x", "/p/b"],
    [...x, "/p/c", "30"],
  ],
  "removed that is no choice": [
    [...x, "/p/a", "10"],
    ["update-alternatives", "--remove", "x", "/p/b"],
  ],
  "set to what is no choice": [
    [...x, "/p/a", "10"],
    ["update-alternatives", "--set", "x", "/p/b"],
  ],
  "calls that are not whole": [
    [...x, "/p/a"],
    [...x, "/p/a", "ten"],
    ["update-alternatives", "--install", "bin/x", "x", "/p/a", "1"],
    ["update-alternatives", "--install", "/bin/x", "x y", "/p/a", "1"],
    ["update-alternatives", "--install", "/bin/x", "/x", "/p/a", "1"],
    [...x, "/p/a", "1", "--slave", "/bin/s", "s"],
    ["update-alternatives", "--remove", "x"],
    ["update-alternatives", "--set", "x"],
    ["update-alternatives", "--auto"],
    ["update-alternatives"],
  ],
};

const inTheWay: Readonly<Record<string, ToolCase>> = {
  "a file at the link of a slave": {
    name: "a file at the link of a slave",
    files: [...programs, "/bin/s"],
    calls: [[...x, "/p/a", "1", ...slave, "/p/as"], ...shown],
  },
  "a file at the link, by force": {
    name: "a file at the link, by force",
    files: [...programs, "/bin/x"],
    calls: [["update-alternatives", "--force", "--install", "/bin/x", "x", "/p/a", "1"], ...shown],
  },
  "a file at the link that is removed": {
    name: "a file at the link that is removed",
    files: [...programs, "/bin/x"],
    calls: [
      [...x, "/p/a", "1"],
      ["update-alternatives", "--remove", "x", "/p/a"],
    ],
  },
};

const divert = (...args: readonly string[]): readonly [string, ...string[]] => [
  "dpkg-divert",
  ...args,
];

/** More calls of the tools of dpkg and shadow. */
export const moreToolCases: readonly ToolCase[] = [
  ...Object.entries(choices).map(([name, calls]) => ({
    name,
    files: programs,
    calls: [...calls, ...shown],
  })),
  ...Object.values(inTheWay),
  {
    name: "diversions of one package that another asks for",
    files: ["/usr/bin/f", "/usr/bin/g", "/usr/lib/l"],
    calls: [
      divert("--package", "p", "--rename", "--divert", "/usr/bin/f.p", "--add", "/usr/bin/f"),
      divert("--package", "p", "--rename", "--divert", "/usr/bin/f.p", "--add", "/usr/bin/f"),
      divert("--package", "p", "--rename", "--divert", "/usr/bin/other", "--add", "/usr/bin/f"),
      divert("--package", "p", "--no-rename", "/usr/lib/l"),
      divert("--local", "--rename", "/usr/bin/g"),
      divert("--list"),
      divert("--list", "/usr/bin/*", "/usr/lib/?"),
      divert("--list", "nothing"),
      divert("--truename", "/usr/bin/f"),
      divert("--truename", "/usr/bin/f.p"),
      divert("--listpackage", "/usr/bin/f"),
      divert("--listpackage", "/usr/bin/g"),
      divert("--listpackage", "/usr/bin/none"),
      divert("--package", "q", "--remove", "--rename", "/usr/bin/f"),
      divert("--package", "p", "--divert", "/usr/bin/wrong", "--remove", "/usr/bin/f"),
      divert("--package", "p", "--remove", "--no-rename", "/usr/bin/f"),
      divert("--remove", "--rename", "--local", "/usr/bin/g"),
      divert("--remove", "--rename", "/usr/lib/l"),
      divert("--list"),
    ],
  },
  {
    name: "a diversion without words",
    files: ["/usr/bin/f"],
    calls: [
      divert("--quiet", "--package", "p", "--rename", "--add", "/usr/bin/f"),
      divert("--quiet", "--package", "p", "--rename", "--remove", "/usr/bin/f"),
    ],
  },
  {
    name: "diversions that are not whole",
    files: ["/usr/bin/f"],
    calls: [
      divert("--package", "p", "--rename", "--add", "usr/bin/f"),
      divert("--package", "p", "--rename", "--add"),
    ],
  },
  {
    name: "overrides that are updated and forced",
    files: ["/usr/bin/f", "/usr/bin/g", "/var/d/"],
    calls: [
      ["dpkg-statoverride", "--add", "root", "root", "0755", "/usr/bin/f"],
      ["dpkg-statoverride", "--update", "--add", "daemon", "daemon", "4711", "/usr/bin/g"],
      ["dpkg-statoverride", "--force", "--add", "root", "root", "0700", "/usr/bin/f"],
      ["dpkg-statoverride", "--force", "--update", "--add", "root", "daemon", "1770", "/var/d"],
      ["dpkg-statoverride", "--list"],
      ["dpkg-statoverride", "--list", "/usr/bin/?"],
      ["dpkg-statoverride", "--list", "/var/*", "/nothing"],
      ["dpkg-statoverride", "--add", "root", "root", "9", "/usr/bin/f"],
      ["dpkg-statoverride", "--add", "nobody-here", "root", "755", "/usr/bin/h"],
      ["dpkg-statoverride", "--add", "root", "nobody-here", "755", "/usr/bin/h"],
      ["dpkg-statoverride", "--quiet", "--remove", "/usr/bin/f"],
      ["dpkg-statoverride", "--remove", "/usr/bin/f"],
      ["dpkg-statoverride", "--force", "--remove", "/usr/bin/f"],
      ["dpkg-statoverride", "--list"],
    ],
  },
  {
    name: "groups",
    files: [],
    calls: [
      ["groupadd", "one"],
      ["groupadd", "two"],
      ["groupadd", "--gid", "5000", "three"],
      ["groupadd", "four"],
      ["groupadd", "-g", "5000", "five"],
      ["groupadd", "-o", "-g", "5000", "five"],
      ["groupadd", "-f", "-g", "5000", "six"],
      ["groupadd", "--system", "seven"],
      ["groupadd", "-r", "eight"],
      ["groupadd", "1st"],
      ["groupdel", "two"],
      ["groupdel", "two"],
      ["groupadd", "ten"],
      ["groupdel", "root"],
    ],
  },
  {
    name: "users",
    files: ["/etc/skel/.profile"],
    calls: [
      ["useradd", "one"],
      ["useradd", "--system", "--no-create-home", "two"],
      ["useradd", "-u", "5000", "three"],
      ["useradd", "-u", "5000", "four"],
      ["useradd", "-o", "-u", "5000", "four"],
      ["useradd", "-g", "daemon", "-G", "adm", "five"],
      ["useradd", "-N", "-g", "7", "six"],
      ["useradd", "-s", "/bin/zsh", "-d", "/srv/seven", "-c", "The Seventh", "seven"],
      ["useradd", "-G", "adm,none", "eight"],
      ["useradd", "one"],
      ["useradd", "-U", "-u", "6000", "ten"],
      ["groupadd", "eleven"],
      ["useradd", "eleven"],
      ["useradd", "-N", "eleven"],
      ["userdel", "three"],
      ["userdel", "none"],
      ["userdel", "-f", "two"],
    ],
  },
  {
    name: "users that are changed",
    files: [],
    calls: [
      ["useradd", "one"],
      ["useradd", "-G", "adm,tty", "two"],
      ["usermod", "-aG", "adm", "one"],
      ["usermod", "-a", "-G", "adm,tty", "one"],
      ["usermod", "-G", "none", "two"],
      ["usermod", "-d", "/new/home", "two"],
      ["usermod", "-s", "/bin/false", "two"],
      ["usermod", "none"],
    ],
  },
];
