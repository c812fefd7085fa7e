import { createHash } from "node:crypto";
import { toBytes } from "../../../scripts/bytes.ts";
import type { PamEdits } from "./edits.ts";
import { ADDITIONAL, END, FALLBACK, PRIMARY } from "./marks.ts";
import {
  linesOfProfile,
  type PamProfile,
  type PamType,
  profilesIn,
  splitModuleLine,
  withoutJumps,
} from "./profile.ts";

/** Sums of the files as Debian's versions had them, without what is written between the marks. */
const PRISTINE: Readonly<Record<PamType, readonly string[]>> = {
  auth: ["8d4fe17e66ba25de16a117035d1396aa"],
  account: ["3c0c362eaf3421848b679d63fd48c3fa"],
  password: [
    "4d5c92d595a46b69cd61f18feb4c0574",
    "50fce2113dfda83ac8bdd5a6e706caec",
    "4bd7610f2e85f8ddaef79c7db7cb49eb",
    "9ba753d0824276b44bcadfee1f87b6bc",
  ],
  session: [
    "f297c731a467822cbd86e1283263e8a3",
    "240fb92986c885b327cdb21dd641da8c",
    "4a25673e8b36f1805219027d3be02cd2",
  ],
  "session-noninteractive": ["ad2b78ce1498dd637ef36469430b6ac6"],
};

/** Whether nobody changed what stands around the lines of the modules. */
export function isPristine(type: PamType, text: string): boolean {
  const kept: string[] = [];
  replaceBlocks(text, {
    keep: (line) => kept.push(line),
    fill: () => {},
  });
  const sum = createHash("md5")
    .update(toBytes(kept.join("")))
    .digest("hex");
  return PRISTINE[type].includes(sum);
}

/** A file `common-…` with the lines of profiles; undefined where the template lacks a mark. */
export function fillTemplate(
  template: string,
  type: PamType,
  enabled: readonly PamProfile[],
  edits: PamEdits | undefined,
): string | undefined {
  const lines: string[] = [];
  const word = type.replace("-noninteractive", "");
  const isWhole = replaceBlocks(template, {
    keep: (line) => lines.push(line),
    fill: (block) => {
      const stacks = profilesIn(enabled, type, block).map((profile, index) =>
        linesOfProfile(profile, type, index === 0),
      );
      const all = stacks.flat();
      if (block === "Primary" && all.length === 0) {
        lines.push(`${word}\t[default=1]\t\t\tpam_permit.so\n`);
      }
      // A jump out of the last block would leave the stack.
      let left = block === "Additional" ? all.length - 1 : all.length;
      for (const line of all) lines.push(`${word}\t${mergedLine(line, left--, edits)}\n`);
    },
  });
  return isWhole ? lines.join("") : undefined;
}

/** What is remembered of a type's lines, to tell afterwards what somebody changed. */
export function savedText(type: PamType, enabled: readonly PamProfile[]): string {
  const blockText = (block: "Primary" | "Additional"): string =>
    profilesIn(enabled, type, block)
      .map((profile, index) => {
        const lines = linesOfProfile(profile, type, index === 0);
        return lines.length === 0 ? "" : `Module: ${profile.name}\n${lines.join("\n")}\n`;
      })
      .join("");
  const hasPrimary = profilesIn(enabled, type, "Primary").length > 0;
  const first = hasPrimary
    ? blockText("Primary")
    : "Module: null\n[default=1]\t\t\tpam_permit.so\n";
  return first + blockText("Additional");
}

/** Goes through a template's lines; tells whether it has all marks in their order. */
function replaceBlocks(
  text: string,
  take: {
    readonly keep: (line: string) => void;
    readonly fill: (block: "Primary" | "Additional") => void;
  },
): boolean {
  const steps = [PRIMARY, FALLBACK, ADDITIONAL, END];
  let step = 0;
  for (const line of text.split(/(?<=\n)/)) {
    const isMark = line.startsWith(steps[step] ?? "\n");
    const isWithin = step === 1 || step === 3;
    if (!isWithin || isMark) take.keep(line);
    if (!isMark) continue;
    if (step === 0) take.fill("Primary");
    if (step === 2) take.fill("Additional");
    step++;
  }
  return step === steps.length;
}

function mergedLine(line: string, left: number, edits: PamEdits | undefined): string {
  const { module, options } = splitModuleLine(line);
  const written = module.replaceAll("end", String(left));
  const key = withoutJumps(written);
  const added = edits?.added.get(key);
  const removed = edits?.removed.get(key);
  for (const option of options) added?.delete(option);
  const kept = options.filter((option) => removed?.has(option) !== true);
  return `${written} ${[...kept, ...[...(added ?? [])].toSorted()].join(" ")}`;
}
