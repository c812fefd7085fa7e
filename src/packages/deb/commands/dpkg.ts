import type { Command } from "../../scripts/command.ts";
import { compareVersions } from "../version.ts";

/** Facts of the distribution that its commands tell. */
export interface DebianFacts {
  /** Such as `amd64`. */
  readonly architecture: string;
}

/** For two versions that are there; `-nl` operators rank an absent one last instead of first. */
const OPERATORS: Readonly<Record<string, (order: number) => boolean>> = {
  lt: (order) => order < 0,
  le: (order) => order <= 0,
  eq: (order) => order === 0,
  ne: (order) => order !== 0,
  ge: (order) => order >= 0,
  gt: (order) => order > 0,
  "lt-nl": (order) => order < 0,
  "le-nl": (order) => order <= 0,
  "ge-nl": (order) => order >= 0,
  "gt-nl": (order) => order > 0,
  "<": (order) => order <= 0,
  "<<": (order) => order < 0,
  "<=": (order) => order <= 0,
  "=": (order) => order === 0,
  ">=": (order) => order >= 0,
  ">>": (order) => order > 0,
  ">": (order) => order >= 0,
};

export function dpkg({ architecture }: DebianFacts): Command {
  return (call) => {
    const [action = "", ...rest] = call.args;
    switch (action) {
      case "--compare-versions": {
        const words = rest[0] === "--" ? rest.slice(1) : rest;
        const [left = "", operator = "", right = ""] = words;
        if (words.length !== 3) {
          call.stderr.write(`dpkg: error: --compare-versions takes three arguments\n`);
          return 2;
        }
        const holds = Object.hasOwn(OPERATORS, operator) ? OPERATORS[operator] : undefined;
        if (holds === undefined) {
          call.stderr.write(`dpkg: error: --compare-versions bad relation\n`);
          return 2;
        }
        return holds(versionOrder(left, right, operator.endsWith("-nl"))) ? 0 : 1;
      }
      case "--print-architecture":
        call.stdout.write(`${architecture}\n`);
        return 0;
      case "--print-foreign-architectures":
        return 0;
      case "--validate-version":
        return validity(rest[0] ?? "");
      case "-s":
      case "-l":
      case "-L":
      case "-S":
      case "-W":
      case "--status":
      case "--list":
      case "--listfiles":
      case "--search":
        return call.run(["dpkg-query", action, ...rest]);
      default:
        // Asked of features that every dpkg has for years.
        if (
          /^--assert-(?:support-predepends|working-epoch|long-filenames|multi-conrep|multi-arch|versioned-provides|protected-field)$/.test(
            action,
          )
        ) {
          return 0;
        }
        return call.unsupported(`dpkg ${action}`);
    }
  };
}

/** 0 for a version, 1 for one that dpkg only warns of, 2 for what cannot be taken apart. */
function validity(version: string): 0 | 1 | 2 {
  const [, epoch, upstream = "", revision] =
    /^(?:([^:]*):)?(.*?)(?:-([^-]*))?$/s.exec(version.trim()) ?? [];
  const isApart = (epoch === undefined || isEpoch(epoch)) && upstream !== "" && revision !== "";
  if (!isApart || /\s/.test(version.trim())) return 2;
  return /^\d[-A-Za-z0-9.+~:]*$/.test(upstream) && /^[A-Za-z0-9.+~]*$/.test(revision ?? "") ? 0 : 1;
}

function isEpoch(text: string): boolean {
  return /^\d+$/.test(text) && Number(text) <= 2_147_483_647;
}

/** Versions by dpkg's rules. An absent one is earlier than any other, with `-nl` later. */
function versionOrder(left: string, right: string, isAbsentLast: boolean): number {
  if (left === "" && right === "") return 0;
  if (left === "") return isAbsentLast ? 1 : -1;
  if (right === "") return isAbsentLast ? -1 : 1;
  return compareVersions(left, right);
}

export function dpkgArchitecture({ architecture }: DebianFacts): Command {
  return (call) => {
    const names = { amd64: "x86_64-linux-gnu", arm64: "aarch64-linux-gnu" };
    const triplet = Object.entries(names).find(([name]) => name === architecture)?.[1];
    const query = call.args.join(" ").replace(/^-q ?/, "");
    if (query === "DEB_HOST_MULTIARCH" && triplet !== undefined) call.stdout.write(`${triplet}\n`);
    else if (/^DEB_(?:HOST|BUILD)_ARCH$/.test(query)) call.stdout.write(`${architecture}\n`);
    else return call.unsupported(`dpkg-architecture ${query}`);
    return 0;
  };
}

/** `dpkg-vendor`. */
export const dpkgVendor: Command = (call) => {
  const [action = "", name = ""] = call.args;
  if (action === "--query" && name.toLowerCase() === "vendor") {
    call.stdout.write("Debian\n");
    return 0;
  }
  if (action === "--is" || action === "--derives-from")
    return name.toLowerCase() === "debian" ? 0 : 1;
  return call.unsupported(`dpkg-vendor ${action} ${name}`);
};

/**
 * A trigger is written down where dpkg writes it down, for whoever runs the triggers afterwards:
 * its
 * name and the package that waits, `-` for none.
 */
export const dpkgTrigger: Command = (call) => {
  let awaiting = call.env.get("DPKG_MAINTSCRIPT_PACKAGE") ?? "-";
  const names: string[] = [];
  for (const arg of call.args) {
    if (arg === "--no-await") awaiting = "-";
    else if (arg === "--check-supported") return 0;
    else if (arg === "--await") continue;
    else if (arg.startsWith("--by-package=")) awaiting = arg.slice("--by-package=".length);
    else if (arg.startsWith("-")) return call.unsupported(`dpkg-trigger ${arg}`);
    else names.push(arg);
  }
  const path = "/var/lib/dpkg/triggers/Unincorp";
  const before =
    call.root.stat(path) === undefined ? "" : Buffer.from(call.root.read(path)).toString("latin1");
  const lines = new Set(before.split("\n").filter((line) => line !== ""));
  for (const name of names) lines.add(`${name} ${awaiting}`);
  const output = call.openOutput(path, "write");
  output.write([...lines].map((line) => `${line}\n`).join(""));
  return 0;
};
