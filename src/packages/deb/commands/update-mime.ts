import { toBytes } from "../../scripts/bytes.ts";
import type { Command, CommandCall } from "../../scripts/command.ts";
import { below, isFolder } from "../../scripts/commands/paths.ts";
import { complain } from "../../scripts/commands/report.ts";
import { countLines, readLinesToMatch } from "../../commands/lines-file.ts";

const MAILCAP = "/etc/mailcap";
const DEFAULT_MAILCAP = "/usr/lib/mime/mailcap";
const PACKAGES = "/usr/lib/mime/packages";
const PROGRAMS = "/usr/share/applications";
const ORDER = "/etc/mailcap.order";
const USUAL_PRIORITY = 5;
const HIDDEN = /^[.#]|~$/;

interface MailcapEntry {
  readonly owner: string;
  readonly line: string;
  readonly priority: number;
}

/** `update-mime` of mailcap: which program opens what, by the lines of packages and of desktops. */
export const updateMime: Command = (call) => {
  const [option] = call.args;
  const isInScript = call.env.get("DPKG_RUNNING_VERSION") !== undefined;
  // Packages that call it themselves leave it to the trigger.
  if (isInScript && option !== undefined && option !== "--triggered") return 0;
  const hasSettings = call.root.stat("/etc/update-mime.conf") !== undefined;
  if (hasSettings || (option !== undefined && option !== "--triggered")) {
    return call.unsupported("settings or options of update-mime");
  }
  const entries = ordered(call, [...entriesOfPackages(call)]);
  const path = call.root.stat(MAILCAP) === undefined ? DEFAULT_MAILCAP : MAILCAP;
  if (call.root.stat(path) === undefined) return 0;
  const kept = keptLines(
    readLinesToMatch(call, path).map((line) => line.replaceAll("install-mime", "update-mime")),
  );
  if (kept === undefined) {
    complain(call, `'${MAILCAP}' is not in required format -- not updated`);
    return 0;
  }
  const lines = entries.map(({ line }) =>
    line.replace(/\s*priority\s*=\s*\d+\s*(?:$|;)/, "").replace(/\s*;\s*$/, ""),
  );
  const text = [...kept, "", "#".repeat(79), "", ...lines].map((line) => `${line}\n`).join("");
  if (call.root.stat(MAILCAP) !== undefined) call.root.remove(MAILCAP);
  call.root.write(MAILCAP, toBytes(text), 0o644);
  return 0;
};

function* entriesOfPackages(call: CommandCall): Generator<MailcapEntry> {
  const owners = new Set<string>();
  for (const owner of filesIn(call, PACKAGES)) {
    owners.add(owner);
    for (const line of readLinesToMatch(call, below(PACKAGES, owner))) {
      call.countSteps(1);
      if (/^\s*(?:#|$)/.test(line)) continue;
      const priority = Number(/priority\s*=\s*(\d+)\s*(?:$|;)/i.exec(line)?.[1] ?? USUAL_PRIORITY);
      yield { owner, line, priority: priority > 9 ? USUAL_PRIORITY : priority };
    }
  }
  for (const path of desktopFiles(call, PROGRAMS)) {
    const owner = /([^/]*)\.desktop$/.exec(path)?.[1] ?? "";
    if (owners.has(owner)) continue;
    owners.add(owner);
    const lines = desktopLines(call, path, owner);
    // Each type has the whole command behind it.
    countLines(call, lines);
    for (const line of lines) yield { owner, line, priority: USUAL_PRIORITY };
  }
}

/** Those of folders come before those beside the folders. */
function desktopFiles(call: CommandCall, folder: string): readonly string[] {
  const paths = filesIn(call, folder).map((name) => below(folder, name));
  const folders = paths.filter((path) => isFolder(call.root, path) && !HIDDEN.test(path));
  const files = paths.filter(
    (path) => path.endsWith(".desktop") && call.root.stat(path)?.kind === "file",
  );
  return [...folders.flatMap((path) => desktopFiles(call, path)), ...files];
}

function filesIn({ root }: CommandCall, folder: string): readonly string[] {
  return isFolder(root, folder) ? root.list(folder).filter((name) => !HIDDEN.test(name)) : [];
}

function desktopLines(call: CommandCall, path: string, owner: string): readonly string[] {
  let isInGroup = false;
  let terminal = 'test=test -n "$DISPLAY"';
  let name = owner;
  let icon = owner;
  let program: string | undefined;
  const types: string[] = [];
  for (const line of readLinesToMatch(call, path)) {
    if (/^\[.*\]$/.test(line)) {
      isInGroup = line === "[Desktop Entry]";
      continue;
    }
    if (!isInGroup || /^\s*(?:#|$)/.test(line)) continue;
    const [, key = "", value = ""] =
      /^(Terminal)=(\w+)/i.exec(line) ??
      /^(Name|Icon)=(.+)/i.exec(line) ??
      /(Exec|MimeType)=(.*)$/i.exec(line) ??
      [];
    switch (key.toLowerCase()) {
      case "terminal":
        if (value === "true") terminal = "needsterminal";
        break;
      case "name":
        name = value;
        break;
      case "icon":
        icon = value;
        break;
      case "exec":
        program = value.replaceAll(/%[fFuU]/g, "%s");
        if (!program.includes("%s")) program += " %s";
        break;
      case "mimetype":
        types.push(...value.split(/\s*;\s*/).filter((type) => type !== ""));
        break;
      default:
    }
  }
  if (program === undefined) return [];
  const filled = program.replaceAll("%c", () => name).replaceAll("%i", () => `--icon ${icon}`);
  return types.map((type) => `${type}; ${filled}; ${terminal}`);
}

/** By priority, exact types before those with a star, and as the administrator's file says. */
function ordered(call: CommandCall, entries: readonly MailcapEntry[]): readonly MailcapEntry[] {
  const breadth = ({ line }: MailcapEntry): number =>
    (/^\S+\/\*/.test(line) ? 1 : 0) + (line.startsWith("*/") ? 2 : 0);
  const sorted = entries.toSorted((a, b) => b.priority - a.priority || breadth(a) - breadth(b));
  const first = new Set<MailcapEntry>();
  for (const line of readLinesToMatch(call, ORDER)) {
    const code = line.replace(/\s*#.*$/, "");
    if (code.trim() === "") continue;
    call.countSteps(sorted.length);
    const [, owner = code, type = "*/*"] = /^(.*):(\S*)/.exec(code) ?? [];
    const [kind = "*", part = "*"] = (type === "" ? "*/*" : type).split("/");
    for (const entry of sorted) {
      const [entryKind, entryPart] = (/^(.*?)[;\s]/.exec(entry.line)?.[1] ?? "").split("/");
      const isOf = (kind === "*" || kind === entryKind) && (part === "*" || part === entryPart);
      if (entry.owner === owner && isOf) first.add(entry);
    }
  }
  return [...first, ...sorted.filter((entry) => !first.has(entry))];
}

/** What stands up to the mark behind the user's own lines; undefined where a mark is missing. */
function keptLines(lines: readonly string[]): readonly string[] | undefined {
  const begin = lines.findIndex((line) => /^# ----- .* Begins /.test(line));
  const end = lines.findIndex((line, index) => index > begin && /^# ----- .* Ends /.test(line));
  return begin === -1 || end === -1 ? undefined : lines.slice(0, end + 1);
}
