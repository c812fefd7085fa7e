import type { ToolCase } from "./tool-case.ts";

type Call = ToolCase["calls"][number];

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
const tool = (...args: readonly string[]): Call => ["update-alternatives", ...args];
const install = (path: string, priority: string, ...more: readonly string[]): Call =>
  tool("--install", "/bin/x", "x", path, priority, ...more);
const slave = (name: string, path: string): readonly string[] => [
  "--slave",
  `/bin/${name}`,
  name,
  path,
];
const shown: readonly Call[] = [
  tool("--query", "x"),
  tool("--display", "x"),
  tool("--list", "x"),
  tool("--get-selections"),
];

const cases: Readonly<Record<string, readonly Call[]>> = {
  "a quiet tool": [
    tool("--quiet", "--install", "/bin/x", "x", "/p/a", "1"),
    install("/p/b", "2", "--quiet"),
    tool("--quiet", "--set", "x", "/p/a"),
    tool("--quiet", "--remove", "x", "/p/a"),
    tool("--quiet", "--remove", "none", "/p/a"),
    tool("--remove-all", "none"),
    tool("--quiet", "--remove-all", "x"),
  ],
  "words that change nothing": [
    tool("--skip-auto", "--install", "/bin/x", "x", "/p/b", "2"),
    install("/p/a", "1"),
    tool("--install"),
    tool("--remove", "x"),
    tool("--set", "x"),
    tool("--display"),
    tool("--query"),
    tool("--list"),
    tool("--remove-all"),
    tool("--display", "none"),
    tool("--query", "none"),
    tool("--slave", "/bin/s", "s", "/p/as"),
  ],
  "priorities that are numbers": [
    install("/p/a", "+5"),
    install("/p/b", "-5"),
    install("/p/c", "5x"),
    install("/p/c", ""),
    install("/p/c", "1.5"),
  ],
  "names and paths that are none": [
    tool("--install", "/bin/x", "x", "p/a", "1"),
    install("/p/a", "1", "--slave", "bin/s", "s", "/p/as"),
    install("/p/a", "1", "--slave", "/bin/s", "s", "p/as"),
    install("/p/a", "1", "--slave", "/bin/s", "s/t", "/p/as"),
    install("/p/a", "1", "--slave", "/bin/s", "s\tt", "/p/as"),
    install("/p/a", "1", "--slave", "/bin/s"),
    install("/p/a", "1", "--slave"),
  ],
  "a link that is another name's": [
    install("/p/a", "1", ...slave("s", "/p/as")),
    tool("--install", "/bin/s", "y", "/p/b", "1"),
    tool("--install", "/bin/x", "y", "/p/b", "1"),
    tool("--install", "/bin/y", "y", "/p/b", "1"),
    tool("--install", "/bin/y", "x", "/p/b", "1"),
  ],
  "a slave whose link moves": [
    install("/p/a", "2", ...slave("s", "/p/as")),
    install("/p/b", "1", "--slave", "/sbin/s", "s", "/p/bs"),
  ],
  "slaves of the second choice alone": [
    install("/p/a", "1"),
    install("/p/b", "2", ...slave("s", "/p/bs"), ...slave("t", "/p/as")),
    tool("--set", "x", "/p/a"),
    tool("--set", "x", "/p/b"),
    tool("--remove", "x", "/p/b"),
  ],
  "slaves that are not there": [
    install("/p/a", "1", ...slave("s", "/p/none")),
    install("/p/b", "2", ...slave("s", "/p/bs"), ...slave("t", "/p/none")),
  ],
  "a link to elsewhere is taken over": [
    ["ln", "-s", "/p/c", "/bin/x"],
    ["ln", "-s", "/p/c", "/bin/s"],
    install("/p/a", "1", ...slave("s", "/p/as")),
  ],
  "a link that was led elsewhere by hand": [
    install("/p/a", "1"),
    install("/p/b", "2"),
    ["ln", "-sfn", "/p/c", "/etc/alternatives/x"],
    install("/p/a", "9"),
  ],
  "a link that was led to another choice by hand": [
    install("/p/a", "1"),
    install("/p/b", "2"),
    ["ln", "-sfn", "/p/a", "/etc/alternatives/x"],
    install("/p/c", "1"),
  ],
  "a link that is gone": [
    install("/p/a", "1"),
    install("/p/b", "2"),
    tool("--set", "x", "/p/a"),
    ["rm", "/etc/alternatives/x"],
    tool("--query", "x"),
    tool("--display", "x"),
    tool("--get-selections"),
    install("/p/c", "1"),
  ],
  "a link that leads nowhere": [
    install("/p/a", "1"),
    install("/p/b", "2"),
    ["ln", "-sfn", "/p/none", "/etc/alternatives/x"],
    install("/p/c", "1"),
  ],
  "the link of the name is gone": [install("/p/a", "1"), ["rm", "/bin/x"], tool("--auto", "x")],
  "the current one of three is removed": [
    install("/p/a", "1"),
    install("/p/b", "3"),
    install("/p/c", "2"),
    tool("--remove", "x", "/p/b"),
    tool("--auto", "x"),
    tool("--remove", "x", "/p/a"),
  ],
  "the chosen one is the best one": [
    install("/p/a", "1"),
    install("/p/b", "3"),
    tool("--set", "x", "/p/b"),
    tool("--set", "x", "/p/b"),
    tool("--auto", "x"),
    tool("--auto", "x"),
  ],
};

/** More calls of update-alternatives. */
export const alternativeCases: readonly ToolCase[] = [
  ...Object.entries(cases).map(([name, calls]) => ({
    name: `update-alternatives: ${name}`,
    files: programs,
    calls: [...calls, ...shown],
  })),
  {
    name: "update-alternatives: all links of a name go, a file stays",
    files: [...programs, "/bin/t"],
    calls: [
      install("/p/a", "1", ...slave("s", "/p/as"), ...slave("t", "/p/bs")),
      tool("--remove-all", "x"),
      ...shown,
    ],
  },
];
