import { debRules as rules } from "../../src/packages/deb/rules.ts";
import { QclockError } from "../../src/error.ts";
import type { PackageIndex } from "../../src/packages/package-index.ts";
import { AgendaAsNamed } from "../../src/packages/resolve/agenda-as-named.ts";
import { resolvePackages } from "../../src/packages/resolve/resolve-packages.ts";
import { search } from "../../src/packages/resolve/search.ts";
import { atOnce } from "../../src/packages/resolve/steps.ts";
import type { Apt } from "../support/apt.ts";

/** What qclock makes of a package beside apt. */
export type Verdict =
  | {
      readonly type: "same";
      /**
       * Providers that had to be named because several are equally good; both were asked with them.
       */
      readonly named: readonly string[];
    }
  | { readonly type: "neither" }
  | { readonly type: "only-qclock" }
  | { readonly type: "only-apt"; readonly message: string }
  | {
      readonly type: "differs";
      readonly onlyApt: readonly string[];
      readonly onlyQclock: readonly string[];
    };

/**
 * Ask both for a package in an empty root. Where qclock leaves the choice between equally good
 * providers to the user, apt's own choice is named, and both are asked again.
 */
export function compareWithApt(apt: Apt, index: PackageIndex, name: string): Verdict {
  const named: string[] = [];
  for (;;) {
    const wanted = [name, ...named];
    const expected = apt.simulateInstall(wanted);
    const tied = tiedIn(index, wanted).find(
      (each) => expected?.some((line) => line.startsWith(`${each} `)) === true,
    );
    if (tied !== undefined && !named.includes(tied)) {
      named.push(tied);
      continue;
    }
    const found = resolve(index, wanted);
    if (expected === undefined) return { type: found.ok ? "only-qclock" : "neither" };
    if (!found.ok) return { type: "only-apt", message: found.message };
    const onlyApt = expected.filter((line) => !found.lines.includes(line));
    const onlyQclock = found.lines.filter((line) => !expected.includes(line));
    return onlyApt.length + onlyQclock.length === 0
      ? { type: "same", named }
      : { type: "differs", onlyApt, onlyQclock };
  }
}

/** Equally good packages of which the user has to name one; none where there is no such choice. */
function tiedIn(index: PackageIndex, wanted: readonly string[]): readonly string[] {
  const nothing = { keep: new Map<string, string>(), newest: new Set<string>() };
  const found = atOnce(
    search({
      installed: [],
      rules,
      givesWay: true,
      agenda: AgendaAsNamed.of({ index, rules, ...nothing }, wanted.toSorted()),
    }),
  );
  if (found.ok || found.error.type !== "tie") return [];
  return found.error.tie.entries.map((entry) => entry.name);
}

function resolve(
  index: PackageIndex,
  wanted: readonly string[],
):
  | { readonly ok: true; readonly lines: readonly string[] }
  | { readonly ok: false; readonly message: string } {
  try {
    const found = resolvePackages({
      image: "judged",
      wanted,
      installed: [],
      keep: new Map(),
      index,
      rules,
    });
    return { ok: true, lines: found.map(({ package: { name, version } }) => `${name} ${version}`) };
  } catch (error) {
    if (error instanceof QclockError) return { ok: false, message: error.message };
    throw error;
  }
}
