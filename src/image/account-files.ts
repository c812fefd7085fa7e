import type { GroupAccount, UserAccount } from "../stack/stack.ts";

/** The account files of an image as text. */
export interface AccountFiles {
  readonly passwd: string;
  readonly group: string;
  readonly shadow: string;
  readonly gshadow: string;
}

export interface AccountsRequest {
  /** The files below, or the templates of the first layer; empty for an image without either. */
  readonly passwd: string;
  readonly group: string;
  readonly shadow: string;
  readonly gshadow: string;
  readonly users: readonly UserAccount[];
  readonly groups: readonly GroupAccount[];
}

/**
 * Add the declared accounts. Every account is locked: nobody logs in to a container. The day of the
 * last password change is left empty, since the day of the build must not show.
 */
export function buildAccounts(request: AccountsRequest): AccountFiles {
  const passwd = linesOf(request.passwd).map(lockPassword);
  const group = linesOf(request.group).map(lockPassword);
  const groups = new Map(group.map((line) => [line.split(":")[0] ?? "", line]));
  for (const { name, gid, members } of request.groups) {
    groups.set(name, `${name}:x:${gid}:${members.join(",")}`);
  }
  const users = new Map(passwd.map((line) => [line.split(":")[0] ?? "", line]));
  for (const { name, uid, gid, gecos, home, shell } of request.users) {
    users.set(name, `${name}:x:${uid}:${gid}:${gecos}:${home}:${shell}`);
    const hasGroup = [...groups.values()].some((line) => Number(line.split(":")[2]) === gid);
    if (!hasGroup) groups.set(name, `${name}:x:${gid}:`);
  }
  return {
    passwd: text([...users.values()]),
    group: text([...groups.values()]),
    shadow: text(withLines(request.shadow, [...users.keys()], (name) => `${name}:*::0:99999:7:::`)),
    gshadow: text(
      withLines(
        request.gshadow,
        [...groups.keys()],
        (name) => `${name}:*::${groups.get(name)?.split(":")[3] ?? ""}`,
      ),
    ),
  };
}

/** The line of each name as it was, or a new one; lines of other names stay. */
function withLines(
  before: string,
  names: readonly string[],
  lineFor: (name: string) => string,
): readonly string[] {
  const lines = new Map(linesOf(before).map((line) => [line.split(":")[0] ?? "", line]));
  for (const name of names) if (!lines.has(name)) lines.set(name, lineFor(name));
  return [...lines.values()];
}

/** A template may have `*` where the file has `x`: the password is in shadow. */
function lockPassword(line: string): string {
  const [name, , ...rest] = line.split(":");
  return [name, "x", ...rest].join(":");
}

function linesOf(content: string): readonly string[] {
  return content.split("\n").filter((line) => line.trim() !== "");
}

function text(lines: readonly string[]): string {
  return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
}
