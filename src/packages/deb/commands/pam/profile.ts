import { compareTexts } from "../../../../order.ts";

/** Kinds of modules, each with a file `common-…` of its own. */
export const PAM_TYPES = [
  "auth",
  "account",
  "password",
  "session",
  "session-noninteractive",
] as const;

export type PamType = (typeof PAM_TYPES)[number];

/** What a package offers in `/usr/share/pam-configs`. */
export interface PamProfile {
  readonly name: string;
  readonly title: string;
  readonly priority: number;
  readonly isDefault: boolean;
  readonly conflicts: ReadonlySet<string>;
  readonly stacks: ReadonlyMap<PamType, PamStack>;
}

interface PamStack {
  readonly block: string;
  readonly lines: readonly string[];
  /** Instead, for the profile that comes first; none when empty. */
  readonly firstLines: readonly string[];
}

/** A module that is no more: what names it is passed over. */
const GONE = "pam_tally";

/** The profile that a text describes; undefined for one that no system can use any more. */
export function parseProfile(name: string, text: string): PamProfile | undefined {
  const fields = new Map<string, string>();
  let field = "";
  for (const line of text.split("\n")) {
    const [, written, value = ""] = /^(\S+):(?:[ \t]+|$)(.*)$/.exec(line) ?? [];
    if (written !== undefined) {
      field = written.replace(/-Final$/, "");
      fields.set(field, value);
      continue;
    }
    const trimmed = line.replaceAll(/^[ \t\r]+|[ \t\r]+$/g, "");
    if (trimmed === "") continue;
    const before = fields.get(field) ?? "";
    fields.set(field, before === "" ? trimmed : `${before}\n${trimmed}`);
    if (fields.get(field)?.includes(GONE) === true) return undefined;
  }
  const stacks = new Map<PamType, PamStack>();
  for (const type of PAM_TYPES) {
    const isSession = type === "session-noninteractive";
    if (isSession && fields.has("Session-Interactive-Only")) continue;
    const [first = "", ...rest] = isSession ? "session" : type;
    const stem = first.toUpperCase() + rest.join("");
    const block = fields.get(`${stem}-Type`) ?? "";
    if (block === "") continue;
    const lines = linesIn(fields.get(stem));
    stacks.set(type, { block, lines, firstLines: linesIn(fields.get(`${stem}-Initial`)) });
  }
  return {
    name,
    title: fields.get("Name") ?? "",
    priority: Number.parseInt(fields.get("Priority") ?? "", 10) || 0,
    isDefault: fields.get("Default") === "yes",
    conflicts: new Set((fields.get("Conflicts") ?? "").split(", ")),
    stacks,
  };
}

/** The highest priority first; of one priority the last name. */
export function byPriority(a: PamProfile, b: PamProfile): number {
  return b.priority - a.priority || compareTexts(b.name, a.name);
}

/** The lines of a profile, of which the first one in a block may have others. */
export function linesOfProfile(
  profile: PamProfile,
  type: PamType,
  isFirst: boolean,
): readonly string[] {
  const stack = profile.stacks.get(type);
  if (stack === undefined) return [];
  return isFirst && stack.firstLines.length > 0 ? stack.firstLines : stack.lines;
}

/** Profiles that have lines for one block, in their order. */
export function profilesIn(
  profiles: readonly PamProfile[],
  type: PamType,
  block: "Primary" | "Additional",
): readonly PamProfile[] {
  return profiles.filter((profile) => profile.stacks.get(type)?.block === block);
}

/** The control and the module of a line, and the options. */
export function splitModuleLine(line: string): {
  readonly module: string;
  readonly options: readonly string[];
} {
  const [, module = "", options = ""] =
    /^((?:\[[^\]]+\]|\w+)[ \t]+[^ \t]+)[ \t]*(.*)/.exec(line) ?? [];
  return { module, options: options.split(/[ \t]+/).filter((option) => option !== "") };
}

/** Without the lengths of jumps, which depend on the other profiles. */
export function withoutJumps(line: string): string {
  return line.replace(/(\[[^0-9]*)[0-9]+(.*\])/, "$1$2");
}

function linesIn(value = ""): readonly string[] {
  return value.split("\n").filter((line) => line !== "");
}
