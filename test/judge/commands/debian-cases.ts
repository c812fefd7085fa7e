import { accountCases } from "./account-cases.ts";
import { alternativeCases } from "./alternative-cases.ts";
import { divertCases } from "./divert-cases.ts";
import { dpkgQueryCases } from "./dpkg-query-cases.ts";
import { dpkgCases } from "./dpkg-cases.ts";
import { moreToolCases } from "./more-debian-cases.ts";
import { refusedCases } from "./refused-cases.ts";
import type { ToolCase } from "./tool-case.ts";

const programs = ["/p/a", "/p/b", "/p/c", "/p/as", "/p/bs", "/bin/", "/etc/alternatives/"];
const x = ["update-alternatives", "--install", "/bin/x", "x"] as const;

export const toolCases: readonly ToolCase[] = [
  { name: "one choice", files: programs, calls: [[...x, "/p/a", "10"]] },
  {
    name: "slaves, one of which is missing",
    files: programs,
    calls: [
      [
        ...x,
        "/p/b",
        "10",
        "--slave",
        "/bin/x.1",
        "x.1",
        "/p/bs",
        "--slave",
        "/bin/k",
        "k",
        "/p/none",
      ],
    ],
  },
  {
    name: "the higher priority, with other slaves",
    files: programs,
    calls: [
      [...x, "/p/b", "10", "--slave", "/bin/x.1", "x.1", "/p/bs"],
      [...x, "/p/a", "20", "--slave", "/bin/a0", "a0", "/p/as"],
    ],
  },
  {
    name: "a tie keeps what is there",
    files: programs,
    calls: [
      [...x, "/p/b", "10"],
      [...x, "/p/a", "10"],
    ],
  },
  {
    name: "a lower one changes nothing",
    files: programs,
    calls: [
      [...x, "/p/b", "10"],
      [...x, "/p/a", "-5"],
      ["update-alternatives", "--query", "x"],
    ],
  },
  {
    name: "a choice by hand stays",
    files: programs,
    calls: [
      [...x, "/p/a", "10"],
      ["update-alternatives", "--set", "x", "/p/a"],
      [...x, "/p/b", "90"],
      ["update-alternatives", "--display", "x"],
      ["update-alternatives", "--auto", "x"],
      ["update-alternatives", "--list", "x"],
    ],
  },
  {
    name: "removing the current one, then the last",
    files: programs,
    calls: [
      [...x, "/p/a", "10"],
      [...x, "/p/b", "90", "--slave", "/bin/x.1", "x.1", "/p/bs"],
      ["update-alternatives", "--remove", "x", "/p/b"],
      ["update-alternatives", "--query", "x"],
      ["update-alternatives", "--remove", "x", "/p/a"],
      ["update-alternatives", "--list", "x"],
    ],
  },
  {
    name: "a chosen one that is removed",
    files: programs,
    calls: [
      [...x, "/p/a", "10"],
      [...x, "/p/b", "10"],
      [...x, "/p/c", "5"],
      ["update-alternatives", "--set", "x", "/p/c"],
      ["update-alternatives", "--remove", "x", "/p/c"],
    ],
  },
  { name: "a path that is not there", files: programs, calls: [[...x, "/p/none", "1"]] },
  { name: "a file in the way", files: [...programs, "/bin/x"], calls: [[...x, "/p/a", "1"]] },
  {
    name: "a link of another name",
    files: programs,
    calls: [
      [...x, "/p/a", "1"],
      ["update-alternatives", "--install", "/bin/x", "y", "/p/b", "1"],
    ],
  },
  {
    name: "the link moves",
    files: [...programs, "/sbin/"],
    calls: [
      [...x, "/p/a", "1"],
      ["update-alternatives", "--install", "/sbin/x", "x", "/p/b", "2"],
    ],
  },
  {
    name: "the same again with another priority",
    files: programs,
    calls: [
      [...x, "/p/a", "1"],
      [...x, "/p/b", "5"],
      [...x, "/p/a", "9"],
    ],
  },
  {
    name: "nothing to remove",
    files: programs,
    calls: [
      ["update-alternatives", "--remove", "y", "/p/a"],
      ["update-alternatives", "--auto", "y"],
      ["update-alternatives", "--set", "y", "/p/a"],
    ],
  },
  {
    name: "all are removed",
    files: programs,
    calls: [
      [...x, "/p/a", "1"],
      [...x, "/p/b", "5"],
      ["update-alternatives", "--remove-all", "x"],
    ],
  },
  {
    name: "the list of all",
    files: programs,
    calls: [
      [...x, "/p/a", "1"],
      ["update-alternatives", "--install", "/bin/y", "y", "/p/b", "5"],
      ["update-alternatives", "--get-selections"],
    ],
  },
  {
    name: "diversions",
    files: ["/usr/bin/f", "/usr/bin/g"],
    calls: [
      ["dpkg-divert", "--package", "p", "--rename", "--add", "/usr/bin/f"],
      [
        "dpkg-divert",
        "--package",
        "q",
        "--no-rename",
        "--divert",
        "/usr/bin/h.q",
        "--add",
        "/usr/bin/h",
      ],
      ["dpkg-divert", "--local", "--no-rename", "--add", "/usr/bin/l"],
      ["dpkg-divert", "--package", "p", "--rename", "--add", "/usr/bin/f"],
      ["dpkg-divert", "--truename", "/usr/bin/f"],
      ["dpkg-divert", "--truename", "/usr/bin/none"],
      ["dpkg-divert", "--listpackage", "/usr/bin/f"],
      ["dpkg-divert", "--listpackage", "/usr/bin/l"],
      ["dpkg-divert", "--list", "*bin/h"],
    ],
  },
  {
    name: "diversions that go",
    files: ["/usr/bin/f"],
    calls: [
      ["dpkg-divert", "--package", "p", "--rename", "--add", "/usr/bin/f"],
      ["dpkg-divert", "--package", "other", "--rename", "--remove", "/usr/bin/f"],
      ["dpkg-divert", "--package", "p", "--rename", "--remove", "/usr/bin/f"],
      ["dpkg-divert", "--package", "p", "--rename", "--remove", "/usr/bin/f"],
    ],
  },
  {
    name: "diversions that clash",
    files: [],
    calls: [
      ["dpkg-divert", "--package", "p", "--no-rename", "--divert", "/d", "--add", "/f"],
      ["dpkg-divert", "--package", "q", "--no-rename", "--divert", "/e", "--add", "/f"],
      ["dpkg-divert", "--package", "q", "--no-rename", "--divert", "/d", "--add", "/g"],
    ],
  },
  {
    name: "overrides of modes",
    files: ["/usr/bin/f", "/usr/bin/g", "/var/d/"],
    calls: [
      ["dpkg-statoverride", "--update", "--add", "root", "daemon", "02755", "/usr/bin/f"],
      ["dpkg-statoverride", "--update", "--add", "daemon", "root", "710", "/var/d"],
      ["dpkg-statoverride", "--add", "root", "root", "0644", "/usr/bin/none"],
      ["dpkg-statoverride", "--list"],
      ["dpkg-statoverride", "--list", "/usr/bin/f"],
      ["dpkg-statoverride", "--list", "/usr/bin/x"],
      ["dpkg-statoverride", "--list", "/usr/*"],
      ["dpkg-statoverride", "--add", "root", "root", "0644", "/usr/bin/f"],
      ["dpkg-statoverride", "--remove", "/usr/bin/none"],
      ["dpkg-statoverride", "--remove", "/usr/bin/nowhere"],
    ],
  },
  {
    name: "accounts",
    files: [],
    calls: [
      ["groupadd", "-g", "150", "g1"],
      ["groupadd", "-r", "g2"],
      ["groupadd", "g3"],
      ["groupadd", "g3"],
      ["groupadd", "-f", "g3"],
      ["groupadd", "-g", "150", "g4"],
      ["useradd", "-r", "-g", "g2", "-d", "/var/lib/x", "-s", "/bin/false", "-c", "X Y", "u1"],
      ["useradd", "u2"],
      ["useradd", "-r", "-M", "-N", "u3"],
      ["useradd", "-r", "-U", "-G", "adm,tty", "u4"],
      ["useradd", "u4"],
      ["useradd", "-g", "none", "u5"],
      ["useradd", "-u", "999", "u6"],
      ["usermod", "-a", "-G", "www-data", "u1"],
      ["usermod", "-L", "u2"],
      ["usermod", "-c", "Comment", "-d", "/zz", "-s", "/bin/sh", "u3"],
      ["usermod", "-g", "adm", "u4"],
      ["usermod", "-G", "adm", "u4"],
      ["usermod", "-g", "none", "u4"],
      ["usermod", "-c", "x", "nobody-at-all"],
      ["userdel", "u2"],
      ["groupdel", "g1"],
      ["groupdel", "nothing"],
    ],
  },
  ...moreToolCases,
  ...dpkgCases,
  ...refusedCases,
  ...accountCases,
  ...alternativeCases,
  ...divertCases,
  ...dpkgQueryCases,
];
