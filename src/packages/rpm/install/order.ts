import { byName } from "../../../order.ts";
import { dependencyOfHeader } from "../relations/dependency.ts";
import type { RpmHeader } from "../header/header.ts";
import type { InstalledRpm } from "../installed.ts";
import { toRelations } from "../relations/relation.ts";
import { tags } from "../header/tags.ts";
import { isWithin } from "../relations/version.ts";
import type { Capability } from "../../package-index.ts";
import { type Need, sortByNeeds } from "./sort.ts";

/** Bits of a dependency's flags. Source: rpm 4.16, lib/rpmds.h. */
const AFTER_TRANSACTION = 1 << 5;
const LEGACY_PRE = 1 << 6;
const BEFORE_TRANSACTION = 1 << 7;
const BY_PRE = 1 << 9;
const BY_POST = 1 << 10;
const RPM_ITSELF = 1 << 24;
const OF_CONFIG = 1 << 28;
const NO_ORDER = 1 << 29;

/** The tags of dependencies that order packages. */
const KINDS = [
  [tags.requireName, tags.requireFlags, tags.requireVersion],
  [tags.orderName, tags.orderFlags, tags.orderVersion],
] as const;

/** The order in which rpm lays packages down. */
export function installOrder(packages: readonly InstalledRpm[]): readonly InstalledRpm[] {
  const sorted = packages.toSorted(byName);
  const providers = new Providers(sorted);
  return sortByNeeds(sorted, (item) => needsOf(item.header, providers));
}

function* needsOf(header: RpmHeader, providers: Providers): Generator<Need<InstalledRpm>> {
  for (const [nameTag, flagsTag, versionTag] of KINDS) {
    const [flags, versions] = [header.numbers(flagsTag), header.texts(versionTag)];
    for (const [index, name] of header.texts(nameTag).entries()) {
      const bits = flags[index] ?? 0;
      const isLeftOut = AFTER_TRANSACTION | BEFORE_TRANSACTION | RPM_ITSELF | OF_CONFIG | NO_ORDER;
      if ((bits & isLeftOut) !== 0) continue;
      const isPre = (bits & (LEGACY_PRE | BY_PRE | BY_POST)) !== 0;
      const dependency = dependencyOfHeader(name, bits, versions[index] ?? "");
      for (const { alternatives } of toRelations(dependency)) {
        for (const alternative of alternatives) {
          const before = providers.find(alternative);
          if (before !== undefined) yield { before, isPre };
        }
      }
    }
  }
}

/** Which package of an image provides what; the first of several. */
class Providers {
  readonly #byName = new Map<
    string,
    { readonly item: InstalledRpm; readonly capability: Capability }[]
  >();
  readonly #byPath = new Map<string, InstalledRpm>();

  constructor(packages: readonly InstalledRpm[]) {
    for (const item of packages) {
      const { header, entries } = item;
      const [flags, versions] = [
        header.numbers(tags.provideFlags),
        header.texts(tags.provideVersion),
      ];
      for (const [index, name] of header.texts(tags.provideName).entries()) {
        const capability = dependencyOfHeader(name, flags[index] ?? 0, versions[index] ?? "");
        const known = this.#byName.get(name);
        if (known === undefined) this.#byName.set(name, [{ item, capability }]);
        else known.push({ item, capability });
      }
      for (const { path } of entries)
        if (!this.#byPath.has(`/${path}`)) this.#byPath.set(`/${path}`, item);
    }
  }

  find(wanted: Capability): InstalledRpm | undefined {
    const found = this.#byName.get(wanted.name)?.find(({ capability }) => fits(capability, wanted));
    return found?.item ?? this.#byPath.get(wanted.name);
  }
}

function fits({ constraint: provided }: Capability, { constraint: wanted }: Capability): boolean {
  return provided === undefined || wanted === undefined || isWithin(provided, wanted);
}
