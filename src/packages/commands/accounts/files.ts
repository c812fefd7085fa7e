import type { CommandCall } from "../../scripts/command.ts";
import {
  type GroupEntry,
  groupsOf,
  type UserEntry,
  usersOf,
} from "../../scripts/commands/accounts.ts";
import { readLines, readLinesToMatch, writeLines } from "../lines-file.ts";

type AccountFile = "passwd" | "group" | "shadow" | "gshadow";

/** Changes lines of an account file; the old content is kept beside it, as shadow's tools do. */
export function editAccounts(
  call: CommandCall,
  file: AccountFile,
  change: (lines: readonly string[]) => readonly string[],
): void {
  const { root } = call;
  const path = `/etc/${file}`;
  const status = root.stat(path);
  const isSecret = file === "shadow" || file === "gshadow";
  // Without shadow files there are no secrets to keep.
  if (status === undefined && isSecret) return;
  const before = readLines(call, path);
  const after = change(before);
  if (after.join("\n") === before.join("\n")) return;
  keepBefore(call, path);
  writeLines(call, path, after, isSecret ? 0o640 : 0o644);
}

/** Keeps what a file is beside it, as shadow's tools do before they write it. */
export function keepBefore({ root }: CommandCall, path: string): void {
  const status = root.stat(path);
  if (status === undefined) return;
  const backup = `${path}-`;
  root.write(backup, root.read(path), status.mode);
  root.chmod(backup, status.mode);
  root.chown(backup, { uid: status.uid, gid: status.gid });
}

/**
 * Several changes that a tool writes at once: what is kept beside a file is what it was before the
 * first of them.
 */
export function asOneChange(call: CommandCall, change: () => void): void {
  const { root } = call;
  const before = (["passwd", "group", "shadow", "gshadow"] as const).flatMap((file) => {
    const path = `/etc/${file}`;
    return root.stat(path)?.kind === "file" ? [{ path, content: root.read(path) }] : [];
  });
  change();
  for (const { path, content } of before) {
    const isChanged = Buffer.compare(root.read(path), content) !== 0;
    if (isChanged && root.stat(`${path}-`)?.kind === "file") root.write(`${path}-`, content);
  }
}

export type NewGroup = Pick<GroupEntry, "name" | "gid">;

export function addGroup(call: CommandCall, { name, gid }: NewGroup): void {
  editAccounts(call, "group", (lines) => [...lines, `${name}:x:${gid}:`]);
  editAccounts(call, "gshadow", (lines) => [...lines, `${name}:!::`]);
}

export interface NewUser extends Omit<UserEntry, "line"> {
  readonly isSystem: boolean;
  /**
   * What stands for a password that nobody has: `!`, or `!!` in distributions of Red Hat's kind.
   */
  readonly locked: string;
}

export function addUser(call: CommandCall, user: NewUser): void {
  const { name, uid, gid, gecos, home, shell, isSystem, locked } = user;
  const line = `${name}:x:${uid}:${gid}:${gecos}:${home}:${shell}`;
  editAccounts(call, "passwd", (lines) => [...lines, line]);
  // The day of the image instead of today; only people's passwords grow old.
  const day = Math.floor(call.now / 86_400);
  const ages = isSystem ? "::::::" : ":0:99999:7:::";
  editAccounts(call, "shadow", (lines) => [...lines, `${name}:${locked}:${day}${ages}`]);
}

/** Replaces fields of an account's line, counted from 0. */
export function setFields(
  call: CommandCall,
  file: AccountFile,
  account: string,
  fields: ReadonlyMap<number, string>,
): void {
  editAccounts(call, file, (lines) =>
    lines.map((line) => {
      const parts = line.split(":");
      if (parts[0] !== account) return line;
      return parts.map((part, index) => fields.get(index) ?? part).join(":");
    }),
  );
}

/** Adds a user to a group, or takes it out. */
export function setMember(
  call: CommandCall,
  change: { readonly user: string; readonly group: string; readonly isMember: boolean },
): void {
  const { user, group, isMember } = change;
  for (const file of ["group", "gshadow"] as const) {
    editAccounts(call, file, (lines) =>
      lines.map((line) => {
        const parts = line.split(":");
        if (parts[0] !== group) return line;
        const members = (parts[3] ?? "").split(",").filter((member) => member !== "");
        const others = members.filter((member) => member !== user);
        let list = members;
        if (!isMember) list = others;
        else if (others.length === members.length) list = [...members, user];
        return [...parts.slice(0, 3), list.join(",")].join(":");
      }),
    );
  }
}

export function removeAccount(call: CommandCall, kind: "user" | "group", name: string): void {
  const files = kind === "user" ? (["passwd", "shadow"] as const) : (["group", "gshadow"] as const);
  for (const file of files) {
    editAccounts(call, file, (lines) => lines.filter((line) => line.split(":")[0] !== name));
  }
}

/** The first number of a range that is free, upwards, as adduser takes it. */
export function firstFree(
  taken: ReadonlySet<number>,
  from: number,
  to: number,
): number | undefined {
  for (let number = from; number <= to; number++) if (!taken.has(number)) return number;
  return undefined;
}

/**
 * A number as useradd and groupadd take it: for the system one below the lowest of the range that
 * is taken, for people one above the highest. The ranges are those of /etc/login.defs.
 */
export function nextNumber(
  call: CommandCall,
  { kind, isSystem }: { readonly kind: "UID" | "GID"; readonly isSystem: boolean },
): number | undefined {
  const taken = kind === "UID" ? takenUids(call) : takenGids(call);
  const [from, to] = rangeOf(call, isSystem ? `SYS_${kind}` : kind, isSystem);
  const inRange = [...taken].filter((number) => number >= from && number <= to);
  if (!isSystem) {
    const next = Math.max(from - 1, ...inRange) + 1;
    return next <= to ? next : firstFree(taken, from, to);
  }
  const next = Math.min(to + 1, ...inRange) - 1;
  if (next >= from) return next;
  for (let number = to; number >= from; number--) if (!taken.has(number)) return number;
  return undefined;
}

/** No number of an account is greater; a longer range would only take time. */
const LARGEST_NUMBER = 60_000;

function rangeOf(call: CommandCall, prefix: string, isSystem: boolean): readonly [number, number] {
  const number = (end: "MIN" | "MAX", usual: number): number => {
    const text = loginSetting(call, `${prefix}_${end}`);
    return text !== undefined && /^\d{1,9}$/.test(text)
      ? Math.min(Number(text), LARGEST_NUMBER)
      : usual;
  };
  return isSystem
    ? [number("MIN", 101), number("MAX", 999)]
    : [number("MIN", 1000), number("MAX", LARGEST_NUMBER)];
}

/** A setting of /etc/login.defs; undefined where it does not stand there. Source: login.defs(5). */
export function loginSetting(call: CommandCall, name: string): string | undefined {
  for (const line of readLinesToMatch(call, "/etc/login.defs")) {
    const [key, value] = line.trim().split(/\s+/);
    if (key === name) return value;
  }
  return undefined;
}

export function takenUids({ root }: CommandCall): ReadonlySet<number> {
  return new Set(usersOf(root).map(({ uid }) => uid));
}

export function takenGids({ root }: CommandCall): ReadonlySet<number> {
  return new Set(groupsOf(root).map(({ gid }) => gid));
}
