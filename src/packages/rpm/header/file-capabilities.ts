import { shown } from "../../../archive/name.ts";

/** By the numbers that Linux gives them. Source: linux/capability.h. */
const NAMES = [
  "chown",
  "dac_override",
  "dac_read_search",
  "fowner",
  "fsetid",
  "kill",
  "setgid",
  "setuid",
  "setpcap",
  "linux_immutable",
  "net_bind_service",
  "net_broadcast",
  "net_admin",
  "net_raw",
  "ipc_lock",
  "ipc_owner",
  "sys_module",
  "sys_rawio",
  "sys_chroot",
  "sys_ptrace",
  "sys_pacct",
  "sys_admin",
  "sys_boot",
  "sys_nice",
  "sys_resource",
  "sys_time",
  "sys_tty_config",
  "mknod",
  "lease",
  "audit_write",
  "audit_control",
  "setfcap",
  "mac_override",
  "mac_admin",
  "syslog",
  "wake_alarm",
  "block_suspend",
  "audit_read",
  "perfmon",
  "bpf",
  "checkpoint_restore",
].map((name) => `cap_${name}`);

/** VFS_CAP_REVISION_2, and VFS_CAP_FLAGS_EFFECTIVE. Source: linux/capability.h. */
const [REVISION, EFFECTIVE] = [0x02000000, 1];

type Sets = Record<"e" | "i" | "p", Set<number>>;

/**
 * The value of the attribute `security.capability` that a header's text stands for, in hexadecimal:
 * `cap_net_raw,cap_setuid=ep`. Undefined where the text gives none. Throws an `Error` for a text
 * that is no list of capabilities.
 *
 * Source: cap_from_text(3), capabilities(7).
 */
export function toCapabilities(text: string): string | undefined {
  const sets: Sets = { e: new Set(), i: new Set(), p: new Set() };
  for (const clause of text.split(/\s+/).filter((each) => each !== "")) applyClause(clause, sets);
  if (sets.i.size === 0 && sets.p.size === 0) return undefined;
  const value = Buffer.alloc(20);
  value.writeUInt32LE(REVISION | (sets.e.size > 0 ? EFFECTIVE : 0), 0);
  // The lower 32 of both sets stand before the others.
  for (const [half, at] of [
    [0, 4],
    [1, 12],
  ] as const) {
    value.writeUInt32LE(bitsOf(sets.p, half), at);
    value.writeUInt32LE(bitsOf(sets.i, half), at + 4);
  }
  return value.toString("hex");
}

/** `NAMES OPERATOR FLAGS`, of which the last two may be repeated. */
function applyClause(clause: string, sets: Sets): void {
  const [, names = "", actions = ""] = /^([a-z_,]*)((?:[=+-][eip]*)+)$/.exec(clause) ?? [];
  if (actions === "") throw new Error(`"${shown(clause)}" is no list of capabilities`);
  const numbers =
    names === "" || names === "all" ? [...NAMES.keys()] : names.split(",").map(toNumber);
  for (const [, operator = "", flags = ""] of actions.matchAll(/([=+-])([eip]*)/g)) {
    for (const flag of ["e", "i", "p"] as const) {
      const isNamed = flags.includes(flag);
      for (const number of numbers) {
        if (operator === "=" || (operator === "-" && isNamed)) sets[flag].delete(number);
        if (operator !== "-" && isNamed) sets[flag].add(number);
      }
    }
  }
}

function toNumber(name: string): number {
  const number = NAMES.indexOf(name);
  if (number === -1) throw new Error(`"${shown(name)}" is no capability`);
  return number;
}

function bitsOf(set: ReadonlySet<number>, half: number): number {
  let bits = 0;
  for (const number of set) if (number >>> 5 === half) bits |= 1 << (number & 31);
  return bits >>> 0;
}
