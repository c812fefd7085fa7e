import { toBytes } from "../../scripts/bytes.ts";
import type { Command, CommandCall } from "../../scripts/command.ts";
import { baseName, readOptions } from "../../scripts/commands/options.ts";
import { readLines } from "../lines-file.ts";

/** Of passwd or group: how many fields a line has, and the file of its secrets. */
interface AccountKind {
  readonly file: "passwd" | "group";
  readonly shadow: "shadow" | "gshadow";
  readonly fields: number;
}

const PASSWD: AccountKind = { file: "passwd", shadow: "shadow", fields: 7 };
const GROUP: AccountKind = { file: "group", shadow: "gshadow", fields: 4 };

/** What pwck and grpck give for a file that has faults. */
const FAULTY = 2;

/**
 * `pwck` and `grpck`, which only look here. As with `-q`, a folder or a shell that is not there is
 * no fault.
 */
export const accountCheck: Command = (call) => {
  const { has, operands } = readOptions(call, {
    quiet: "-q --quiet",
    readOnly: "-r --read-only",
    sort: "-s --sort",
  });
  const isPasswd = baseName(call.name) === "pwck";
  const { file, shadow, fields } = isPasswd ? PASSWD : GROUP;
  const isPlain = has("readOnly") && !has("sort") && operands.length === 0;
  if (!isPlain || (isPasswd && !has("quiet"))) {
    return call.unsupported(`${baseName(call.name)} that changes files`);
  }
  const lines = readLines(call, `/etc/${file}`).map((line) => line.split(":"));
  const names = new Set(lines.map(([name]) => name));
  const secrets = readLines(call, `/etc/${shadow}`).map((line) => line.split(":")[0]);
  const users = new Set(
    readLines(call, "/etc/passwd")
      .map((line) => line.split(":"))
      .filter((parts) => isNumber(parts[2]) && isNumber(parts[3]))
      .map(([name]) => name),
  );
  const isFaulty =
    names.size < lines.length ||
    lines.some((parts) => parts.length !== fields || !isNumber(parts[2])) ||
    (isPasswd && lines.some((parts) => !isNumber(parts[3]))) ||
    (!isPasswd && lines.some((parts) => membersOf(parts).some((user) => !users.has(user)))) ||
    secrets.some((name) => !names.has(name)) ||
    (secrets.length > 0 && lines.some(([name]) => !secrets.includes(name)));
  return isFaulty ? FAULTY : 0;
};

/** `pwconv` and `grpconv`: secrets of accounts go into a file of their own. */
export const accountShadow: Command = (call) => {
  if (call.args.length > 0) return call.unsupported(`options of ${baseName(call.name)}`);
  const isPasswd = baseName(call.name) === "pwconv";
  const { file, shadow } = isPasswd ? PASSWD : GROUP;
  const lines = readLines(call, `/etc/${file}`);
  const before = readLines(call, `/etc/${shadow}`);
  const known = new Map(before.map((line) => [line.split(":")[0], line.split(":")]));
  const day = Math.floor(call.now / 86_400);
  const secrets = lines.map((line) => {
    const parts = line.split(":");
    const [name = "", word = ""] = parts;
    const [, old, ...rest] = known.get(name) ?? [];
    const secret = old === undefined || word !== "x" ? word : old;
    if (!isPasswd) return [name, secret, rest[0] ?? "", parts[3] ?? ""].join(":");
    const ages = old === undefined ? [day, 0, 99_999, 7, "", "", ""] : rest;
    return [name, secret, ...ages].join(":");
  });
  replace(call, shadow, secrets, before);
  replace(
    call,
    file,
    lines.map((line) => line.replace(/^([^:]*):[^:]*/, "$1:x")),
    undefined,
  );
  return 0;
};

function isNumber(text = ""): boolean {
  return /^\d+$/.test(text);
}

function membersOf([, , , members = ""]: readonly string[]): readonly string[] {
  return members.split(",").filter((member) => member !== "");
}

/** The file before is kept beside it, of passwd for root alone. What stays is not written. */
function replace(
  { root }: CommandCall,
  name: string,
  lines: readonly string[],
  before: readonly string[] | undefined,
): void {
  if (before !== undefined && before.join("\n") === lines.join("\n")) return;
  const path = `/etc/${name}`;
  const content = toBytes(lines.map((line) => `${line}\n`).join(""));
  const status = root.stat(path);
  if (status === undefined) {
    root.write(path, content, 0o440);
    return;
  }
  root.write(`${path}-`, root.read(path));
  root.chmod(`${path}-`, name === "passwd" ? 0o600 : status.mode);
  root.write(path, content);
}
