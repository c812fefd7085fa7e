import { QclockError } from "../../../src/error.ts";
import type { PackageIndex } from "../../../src/packages/package-index.ts";
import type { Agenda } from "../../../src/packages/resolve/agenda.ts";
import { orderByMerit } from "../../../src/packages/resolve/merit/order-by-merit.ts";
import { resolvePackages } from "../../../src/packages/resolve/resolve-packages.ts";
import { search } from "../../../src/packages/resolve/search.ts";
import { atOnce } from "../../../src/packages/resolve/steps.ts";
import { rpmRules } from "../../../src/packages/rpm/relations/rules.ts";
import { behindInProvides } from "../../../src/packages/rpm/relations/common-provides.ts";
import { compareVersions } from "../../../src/packages/rpm/relations/version.ts";
import type { DnfAnswer } from "./ask-dnf.ts";

/** How what qclock chooses stands to what dnf does. */
export type DnfVerdict =
  | { readonly type: "same" | "neither" }
  /** qclock asks which of some packages to take; going by the alphabet it chose as dnf. */
  | { readonly type: "tie" }
  | { readonly type: "only-dnf" | "only-qclock" | "differs"; readonly message: string };

export function compareWithDnf(
  index: PackageIndex,
  wanted: readonly string[],
  answer: DnfAnswer,
): DnfVerdict {
  const asks = isTied(index, wanted);
  const found = resolveByAlphabet(index, wanted);
  if ("error" in answer) {
    if (found === undefined) return { type: "neither" };
    return { type: "only-qclock", message: `${found.join(" ")}; ${answer.error}` };
  }
  if (found === undefined) return { type: "only-dnf", message: `dnf ${answer.packages.join(" ")}` };
  if (found.join() === answer.packages.join()) return { type: asks ? "tie" : "same" };
  return {
    type: "differs",
    message: `dnf ${answer.packages.join(" ")}; qclock ${found.join(" ")}`,
  };
}

function isTied(index: PackageIndex, wanted: readonly string[]): boolean {
  const nothing = { installed: [], keep: new Map<string, string>() };
  try {
    resolvePackages({ image: "judged", wanted, ...nothing, index, rules: rpmRules });
    return false;
  } catch (error) {
    if (!(error instanceof QclockError)) throw error;
    return error.message.includes("several packages provide it");
  }
}

/** The set with ties settled as dnf does; undefined where there is none. */
function resolveByAlphabet(
  index: PackageIndex,
  wanted: readonly string[],
): readonly string[] | undefined {
  if (wanted.some((name) => index.versions(name).length === 0)) return undefined;
  const merit = { compareVersions, behind: behindInProvides };
  const nothing = { keep: new Map<string, string>(), newest: new Set<string>() };
  const request = { index, rules: rpmRules, merit, ...nothing };
  const order = orderByMerit(request, wanted.toSorted(), []);
  const agenda = byAlphabet(order.agenda);
  const found = atOnce(search({ ...order, installed: [], rules: rpmRules, agenda }));
  if (!found.ok) return undefined;
  return found.value
    .map(({ entry: { name, version, architecture } }) => `${name}-${version}.${architecture}`)
    .toSorted();
}

/** An agenda whose candidates are never equally good: those of a group stand by their names. */
function byAlphabet(agenda: Agenda): Agenda {
  return {
    next: (present) => {
      const step = agenda.next(present);
      if (step === undefined) return undefined;
      const candidates = step.candidates.map(({ entry }, group) => ({ entry, group }));
      return { ...step, candidates, rest: byAlphabet(step.rest) };
    },
    after: (choice) => byAlphabet(agenda.after(choice)),
  };
}
