import { expect, test } from "vitest";
import { parseRelations } from "../../../../src/packages/deb/relation.ts";
import type { Capability } from "../../../../src/packages/package-index.ts";

test.for<readonly [string, string]>([
  ["", ""],
  ["libc6", "libc6"],
  ["libc6 (>= 2.36)", "libc6 >= 2.36"],
  ["libc6(>=2.36)", "libc6 >= 2.36"],
  ["libc6 ( >= 2.36 )", "libc6 >= 2.36"],
  ["a, b,c", "a; b; c"],
  ["a,", "a"],
  ["debconf (>= 0.5) | debconf-2.0", "debconf >= 0.5 | debconf-2.0"],
  ["default-mta|mail-transport-agent", "default-mta | mail-transport-agent"],
  ["python3:any (>= 3.9~)", "python3 >= 3.9~"],
  ["perl:native", "perl"],
  ["gcc:amd64 (<< 4:13)", "gcc < 4:13"],
  ["old (< 2), older (> 1)", "old <= 2; older >= 1"],
  ["exact (= 1:2.3-4+b5)", "exact = 1:2.3-4+b5"],
  ["libstdc++6 (>= 12), g++-12", "libstdc++6 >= 12; g++-12"],
  ["linux-only [linux-any amd64]", "linux-only"],
  ["docs (>= 1) [!arm64] <!nodoc>", "docs >= 1"],
  ["php8.2-common (= 8.2.29-1~deb12u1)", "php8.2-common = 8.2.29-1~deb12u1"],
])("%j reads as %j", ([text, expected]) => {
  const read = parseRelations(text)
    .map(({ alternatives }) => alternatives.map(formatAtom).join(" | "))
    .join("; ");

  expect(read).toBe(expected);
});

test("the text is kept as the package writes it, with its spaces set right", () => {
  expect(
    parseRelations("debconf  (>= 0.5)  |\tdebconf-2.0 , libc6").map(({ text }) => text),
  ).toEqual(["debconf (>= 0.5) | debconf-2.0", "libc6"]);
});

test.for(["(>= 1)", "a (~ 1)", "a b", "a (>= 1", "a | ", "$(x)", "../a"])(
  "%j is no relation",
  (text) => {
    expect(() => parseRelations(text)).toThrow("is not a package relation");
  },
);

function formatAtom({ name, constraint }: Capability): string {
  return constraint === undefined ? name : `${name} ${constraint.operator} ${constraint.version}`;
}
