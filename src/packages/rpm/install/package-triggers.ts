import type { Capability } from "../../package-index.ts";
import type { RpmHeader } from "../header/header.ts";
import { tags } from "../header/tags.ts";
import { isWithin } from "../relations/version.ts";
import type { ScriptletRun } from "./scriptlets.ts";
import { type PackageTrigger, packageTriggersOf } from "./triggers.ts";

/** A package as triggers see it. */
interface Owner {
  readonly name: string;
  readonly header: RpmHeader;
}

/**
 * The `%triggerin` and `%triggerprein` of packages that are there, in the order in which they came.
 * The arguments are how many of the trigger's own package are there, and how many of the one that
 * sets it off. Source: rpm 4.16, lib/psm.c; seen with rpm 4.18.
 */
export class PackageTriggers {
  readonly #there: (Owner & { readonly version: string })[] = [];
  readonly #withTriggers: {
    readonly owner: Owner;
    readonly triggers: readonly PackageTrigger[];
  }[] = [];

  /** A package is there. */
  add(item: Owner): void {
    const { name, header } = item;
    this.#there.push({ name, header, version: versionOf(header) });
    const triggers = packageTriggersOf(header);
    if (triggers.length > 0) this.#withTriggers.push({ owner: item, triggers });
  }

  /** What is run before a package comes: first its own for those that are there, then others'. */
  *before(item: Owner): Generator<ScriptletRun> {
    yield* this.#own(item, { kind: "triggerprein", args: ["0", "1"] });
    const there = { ...item, version: versionOf(item.header) };
    yield* this.#others(there, { kind: "triggerprein", args: ["1", "0"] });
  }

  /** What is run when a package is there, once for others and once for its own. */
  *after(item: Owner): Generator<ScriptletRun> {
    const there = { ...item, version: versionOf(item.header) };
    yield* this.#others(there, { kind: "triggerin", args: ["1", "1"] });
    yield* this.#own(item, { kind: "triggerin", args: ["1", "1"] });
  }

  *#others(
    item: Owner & { readonly version: string },
    { kind, args }: Pick<PackageTrigger, "kind"> & Pick<ScriptletRun, "args">,
  ): Generator<ScriptletRun> {
    for (const { owner, triggers } of this.#withTriggers) {
      for (const trigger of triggers) {
        if (trigger.kind === kind && trigger.conditions.some((each) => isMet(each, item)))
          yield { package: owner.name, kind, scriptlet: trigger.scriptlet, args };
      }
    }
  }

  *#own(
    item: Owner,
    { kind, args }: Pick<PackageTrigger, "kind"> & Pick<ScriptletRun, "args">,
  ): Generator<ScriptletRun> {
    for (const trigger of packageTriggersOf(item.header)) {
      if (trigger.kind !== kind) continue;
      // Each script is run once, however many packages set it off.
      const isSetOff = this.#there.some(
        (other) =>
          other.name !== item.name && trigger.conditions.some((each) => isMet(each, other)),
      );
      if (isSetOff) yield { package: item.name, kind, scriptlet: trigger.scriptlet, args };
    }
  }
}

function isMet(
  { name, constraint }: Capability,
  item: { readonly name: string; readonly version: string },
): boolean {
  if (name !== item.name) return false;
  return constraint === undefined || isWithin({ operator: "=", version: item.version }, constraint);
}

function versionOf(header: RpmHeader): string {
  const [epoch] = header.numbers(tags.epoch);
  const text = `${header.text(tags.version) ?? ""}-${header.text(tags.release) ?? ""}`;
  return epoch === undefined || epoch === 0 ? text : `${epoch}:${text}`;
}
