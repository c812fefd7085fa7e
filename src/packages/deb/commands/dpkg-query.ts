import type { Command, CommandCall } from "../../scripts/command.ts";
import { fitsGlob } from "../../scripts/commands/glob.ts";
import { unknownOption } from "../../scripts/commands/options.ts";
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
      return forNames(call, entries, names, (entry) => filledShow(format, entry));
    case "list":
      return list(call, entries, names);
    case "status":
      return forNames(call, entries, names, (entry) => statusText(entry));
    case "files":
      return listFiles(call, entries, names);
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

function forNames(
  call: CommandCall,
  entries: readonly StatusEntry[],
  names: readonly string[],
  text: (entry: StatusEntry) => string,
): number {
  let status = 0;
  for (const name of names.length === 0 ? ["*"] : names) {
    const found = findPackages(entries, name, fitsGlob);
    if (found.length === 0) status = noPackage(call, name);
    for (const entry of found) call.stdout.write(text(entry));
  }
  return status;
}

function noPackage(call: CommandCall, name: string): 1 {
  call.stderr.write(`dpkg-query: no packages found matching ${name}\n`);
  return 1;
}

/** `${Field;width}`. */
function filledShow(format: string, entry: StatusEntry): string {
  return format.replaceAll(
    /\$\{([^};]+)(?:;(-?\d+))?\}|\\(.)/g,
    (_, field?: string, width?: string, escape?: string) => {
      if (escape !== undefined) return { n: "\n", t: "\t" }[escape] ?? escape;
      const value = fieldOf(entry, field ?? "");
      const columns = Number(width ?? 0);
      return columns < 0 ? value.padEnd(-columns) : value.padStart(columns);
    },
  );
}

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
      return `${want === "install" ? "i" : "u"}${state === "installed" ? "i" : "n"} `;
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
  return `${lines.join("")}\n`;
}

function list(
  call: CommandCall,
  entries: readonly StatusEntry[],
  names: readonly string[],
): number {
  let status = 0;
  const found: StatusEntry[] = [];
  for (const name of names.length === 0 ? ["*"] : names) {
    const packages = findPackages(entries, name, fitsGlob);
    if (packages.length === 0) status = noPackage(call, name);
    found.push(...packages);
  }
  if (found.length === 0) return status;
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
  call.stdout.write(`${[...header, title, rule].join("\n")}\n`);
  for (const [index, row] of rows.entries()) {
    const state = fieldOf(found[index] ?? new Map(), "db:Status-Abbrev");
    const cells = [
      (row[0] ?? "").padEnd(name),
      (row[1] ?? "").padEnd(version),
      (row[2] ?? "").padEnd(architecture),
      row[3] ?? "",
    ];
    call.stdout.write(`${state} ${cells.join(" ")}\n`);
  }
  return status;
}

function listFiles(
  call: CommandCall,
  entries: readonly StatusEntry[],
  names: readonly string[],
): number {
  let status = 0;
  for (const name of names) {
    const [entry] = findPackages(entries, name, (each, glob) => each === glob);
    const files = entry === undefined ? undefined : filesOf(call.root, entry);
    if (files === undefined) {
      call.stderr.write(`dpkg-query: package '${name}' is not installed\n`);
      status = 1;
    } else call.stdout.write(files.map((file) => `${file}\n`).join(""));
  }
  return status;
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
    for (const [file, packages] of owners) call.stdout.write(`${packages.join(", ")}: ${file}\n`);
    if (owners.size > 0) continue;
    call.stderr.write(`dpkg-query: no path found matching pattern ${name}\n`);
    status = 1;
  }
  return status;
}
