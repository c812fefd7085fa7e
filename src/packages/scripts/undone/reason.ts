import { shown } from "../../../archive/name.ts";
import { scriptLimits } from "../limits.ts";
import type { ScriptOutcome } from "../run-script.ts";

/**
 * Why a script was undone, to continue `… was undone:`. What stands in a script, and what it
 * prints, is a stranger's text: it is safe to show here.
 */
export function reasonOf(outcome: ScriptOutcome): string {
  switch (outcome.type) {
    case "needs-more":
      return `it needs ${shown(outcome.wanted)}`;
    case "limit-reached":
      return `it takes more than ${limitInWords[outcome.limit]}`;
    case "ended": {
      const last = Buffer.from(outcome.stderr).toString("utf8").trim().split("\n").at(-1) ?? "";
      return `it ended with status ${outcome.status}${last === "" ? "" : `: ${shown(last)}`}`;
    }
  }
}

const MIB = 1024 ** 2;
const limitInWords: Readonly<Record<keyof typeof scriptLimits, string>> = {
  steps: `${scriptLimits.steps} steps`,
  outputBytes: `${scriptLimits.outputBytes / MIB} MiB of output`,
  memoryBytes: `${scriptLimits.memoryBytes / MIB} MiB of variables`,
  fileBytes: `${scriptLimits.fileBytes / MIB} MiB of files`,
  nodes: `${scriptLimits.nodes} new files`,
  depth: `${scriptLimits.depth} commands within commands`,
  parseBytes: `${scriptLimits.parseBytes / MIB} MiB of text to read`,
};
