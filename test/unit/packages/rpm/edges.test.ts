import { expect, test } from "vitest";
import { QclockError } from "../../../../src/error.ts";
import { resolvePackages } from "../../../../src/packages/resolve/resolve-packages.ts";
import { rpmRules } from "../../../../src/packages/rpm/relations/rules.ts";
import { anRpmIndex } from "../../../support/rpm/an-rpm-index.ts";
import { EDGE_SETS, EDGES } from "../../../support/rpm/edges.ts";

test.each(EDGE_SETS)("%s: the same packages as with dnf", (wanted, expected) => {
  expect(resolve(wanted.split(" "))).toBe(expected);
});

function resolve(wanted: readonly string[]): string | undefined {
  const index = anRpmIndex(...EDGES);
  const nothing = { installed: [], keep: new Map<string, string>() };
  try {
    const found = resolvePackages({ image: "t", wanted, ...nothing, index, rules: rpmRules });
    return found.map(({ package: { name, version } }) => `${name}-${version}`).join(" ");
  } catch (error) {
    if (error instanceof QclockError) return undefined;
    throw error;
  }
}
