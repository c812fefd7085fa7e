import { by } from "../../../order.ts";
import type { Command, CommandCall } from "../../scripts/command.ts";
import { fitsGlob } from "../../scripts/commands/glob.ts";
import { unknownOption } from "../../scripts/commands/options.ts";
import { inDpkgOrder } from "./file-hash.ts";
import { binaryName, filesOf, findPackages, readStatus, type StatusEntry } from "./status.ts";

/** `dpkg-query`, and the questions that `dpkg` passes on to it. */
export const dpkgQuery: Command = (call) => {
  let format = "${binary:Package}\t${Version}\n";
  let action: string | undefined;
  const names: string[] = [];
  const args = [...call.args];
  for (let arg = args.shift(); arg !== undefined; arg = args.shift()) {
    const attached = /^(?:-f|--showformat=)(.+)$/s.exec(arg)?.[1];
    const known = Object.hasOwn(ACTIONS, arg) ? ACTIONS[arg] : undefined;
    if (attached !== undefined) format = attached.replace(/^=/, "");
    else if (arg === "-f" || arg === "--showformat") format = args.shift() ?? "";
    else if (known !== undefined) action = known;
    else if (arg.startsWith("-Wf")) {
      action = "show";
      format = arg.slice(3) === "" ? (args.shift() ?? "") : arg.slice(3).replace(/^=/, "");
    } else if (arg.startsWith("--admindir=") || arg === "--no-pager") continue;
    else if (arg === "--") names.push(...args.splice(0));
    else if (arg.startsWith("-")) return unknownOption(call, arg);
    else names.push(arg);
  }
  const entries = readStatus(call.root);
  switch (action) {
    case "show":
      return show(call, { entries, names }, (found) =>
        found.map((entry) => filledShow(format, entry)).join(""),
      );
    case "list":
      return show(call, { entries, names }, listText);
    case "status":
      return apart(call, names, (name) => {
        const [entry] = findPackages(entries, name, isSame);
        return entry === undefined ? undefined : statusText(entry);
      });
    case "files":
      return apart(call, names, (name) => {
        const [entry] = findPackages(entries, name, isSame);
        const files = entry === undefined ? undefined : filesOf(call.root, entry);
        return files?.map((file) => `${file}\n`).join("");
      });
    case "search":
      return search(call, entries, names);
    case "control-path": {
      const [name = "", file = ""] = names;
      const found = [
        `/var/lib/dpkg/info/${name}.${file}`,
        ...findPackages(entries, name, fitsGlob).map(
          (entry) => `/var/lib/dpkg/info/${binaryName(entry)}.${file}`,
        ),
      ];
      const path = found.find((each) => call.root.stat(each) !== undefined);
      if (path !== undefined) call.stdout.write(`${path}\n`);
      return 0;
    }
    default:
      return call.unsupported("dpkg-query without an action that is known");
  }
};

const ACTIONS: Readonly<Record<string, string>> = {
  "-W": "show",
  "--show": "show",
  "-l": "list",
  "--list": "list",
  "-s": "status",
  "--status": "status",
  "-L": "files",
  "--listfiles": "files",
  "-S": "search",
  "--search": "search",
  "-c": "control-path",
  "--control-path": "control-path",
};

function isSame(name: string, wanted: string): boolean {
  return name === wanted;
}

function isThere(entry: StatusEntry): boolean {
  return fieldOf(entry, "db:Status-Status") !== "not-installed";
}

/** Packages that one of the names means, each once, in their order; without names what is there. */
function show(
  call: CommandCall,
  {
    entries,
    names,
  }: { readonly entries: readonly StatusEntry[]; readonly names: readonly string[] },
  textOf: (found: readonly StatusEntry[]) => string,
): number {
  const found = new Set(names.length === 0 ? entries.filter(isThere) : []);
  let status = 0;
  for (const name of names) {
    const packages = findPackages(entries, name, fitsGlob);
    for (const entry of packages) found.add(entry);
    if (packages.length > 0) continue;
    call.stderr.write(`dpkg-query: no packages found matching ${name}\n`);
    status = 1;
  }
  call.stdout.write(textOf([...found].toSorted(by((entry) => entry.get("package") ?? ""))));
  return status;
}

/** What is to say of each package, an empty line between them. */
function apart(
  call: CommandCall,
  names: readonly string[],
  textOf: (name: string) => string | undefined,
): number {
  let status = 0;
  for (const [index, name] of names.entries()) {
    if (index > 0) call.stdout.write("\n");
    const text = textOf(name);
    if (text === undefined) {
      call.stderr.write(`dpkg-query: package '${name}' is not installed\n`);
      status = 1;
    } else call.stdout.write(text);
  }
  return status;
}

/** `${Field;width}`. */
function filledShow(format: string, entry: StatusEntry): string {
  return format.replaceAll(
    /\$\{([^};]+)(?:;(-?\d+))?\}|\\(.)/g,
    (_, field?: string, width?: string, escape?: string) => {
      if (escape !== undefined) return { n: "\n", t: "\t" }[escape] ?? escape;
      const value = fieldOf(entry, field ?? "");
      // A field that is not there has no width either.
      const columns = value === "" ? 0 : Number(width ?? 0);
      return columns < 0 ? value.padEnd(-columns) : value.padStart(columns);
    },
  );
}

/** The second letter of a package's state. Source: dpkg-query(1). */
const STATES: Readonly<Record<string, string>> = {
  "not-installed": "n",
  "config-files": "c",
  "half-installed": "H",
  unpacked: "U",
  "half-configured": "F",
  "triggers-awaited": "W",
  "triggers-pending": "t",
  installed: "i",
};

function fieldOf(entry: StatusEntry, field: string): string {
  const name = field.toLowerCase();
  const [want = "", flag = "", state = ""] = (entry.get("status") ?? "").split(" ");
  switch (name) {
    case "binary:package":
      return binaryName(entry);
    case "db:status-want":
      return want;
    case "db:status-eflag":
      return flag;
    case "db:status-status":
      return state;
    case "db:status-abbrev":
      return [
        want === "deinstall" ? "r" : want.slice(0, 1),
        STATES[state] ?? "?",
        flag === "reinstreq" ? "R" : " ",
      ].join("");
    case "binary:summary":
      return (entry.get("description") ?? "").split("\n")[0] ?? "";
    case "source:package":
      return (entry.get("source") ?? entry.get("package") ?? "").split(" ")[0] ?? "";
    case "source:version":
      return /\((.*)\)/.exec(entry.get("source") ?? "")?.[1] ?? entry.get("version") ?? "";
    default:
      return entry.get(name) ?? "";
  }
}

function statusText(entry: StatusEntry): string {
  const lines = [...entry].map(([name, value]) => {
    const title = name.replaceAll(/(?:^|-)[a-z]/g, (letter) => letter.toUpperCase());
    return `${title}:${value.startsWith("\n") ? "" : " "}${value}\n`;
  });
  return lines.join("");
}

function listText(found: readonly StatusEntry[]): string {
  if (found.length === 0) return "";
  const rows = found.map((entry) => [
    binaryName(entry),
    entry.get("version") ?? "",
    entry.get("architecture") ?? "",
    fieldOf(entry, "binary:Summary"),
  ]);
  const width = (column: number, least: number): number =>
    Math.max(least, ...rows.map((row) => row[column]?.length ?? 0));
  const [name, version, architecture] = [width(0, 14), width(1, 12), width(2, 12)];
  const header = [
    "Desired=Unknown/Install/Remove/Purge/Hold",
    "| Status=Not/Inst/Conf-files/Unpacked/halF-conf/Half-inst/trig-aWait/Trig-pend",
    "|/ Err?=(none)/Reinst-required (Status,Err: uppercase=bad)",
  ];
  const title = `||/ ${"Name".padEnd(name)} ${"Version".padEnd(version)} ${"Architecture".padEnd(architecture)} Description`;
  const rule = `+++-${"=".repeat(name)}-${"=".repeat(version)}-${"=".repeat(architecture)}-${"=".repeat(33)}`;
  const lines = found.map((entry, index) => {
    const [first = "", second = "", third = "", fourth = ""] = rows[index] ?? [];
    const cells = [first.padEnd(name), second.padEnd(version), third.padEnd(architecture), fourth];
    return [fieldOf(entry, "db:Status-Abbrev"), ...cells].join(" ");
  });
  return [...header, title, rule, ...lines].map((line) => `${line}\n`).join("");
}

function search(
  call: CommandCall,
  entries: readonly StatusEntry[],
  names: readonly string[],
): number {
  let status = 0;
  for (const name of names) {
    const isPath = name.startsWith("/") && !/[*?[]/.test(name);
    const glob = isPath || /[*?[]/.test(name) ? name : `*${name}*`;
    const owners = new Map<string, string[]>();
    for (const entry of entries) {
      call.countSteps(1);
      for (const file of filesOf(call.root, entry) ?? []) {
        if (isPath ? file !== name : !fitsGlob(file, glob)) continue;
        owners.set(file, [...(owners.get(file) ?? []), binaryName(entry)]);
      }
    }
    for (const [file, packages] of inDpkgOrder([...owners], ([path]) => path))
      call.stdout.write(`${packages.join(", ")}: ${file}\n`);
    if (owners.size > 0) continue;
    call.stderr.write(`dpkg-query: no path found matching pattern ${name}\n`);
    status = 1;
  }
  return status;
}
