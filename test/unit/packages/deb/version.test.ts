import { expect, test } from "vitest";
import { compareVersions, satisfiesVersion } from "../../../../src/packages/deb/version.ts";

/** Each line in ascending order: `<` between versions that differ, `=` between equal ones. */
const orders = [
  // deb-version(7): a tilde sorts before everything, even the end of a part.
  "~~ < ~~a < ~ < 1",
  "1.0~~ < 1.0~~a < 1.0~ < 1.0 < 1.0a",
  "1.0~beta1~svn1245 < 1.0~beta1 < 1.0",
  "2.0~rc1-1 < 2.0-1~bpo12+1 < 2.0-1",
  // Letters before other characters, the end before letters.
  "1 < 1-0a < 1a < 1b < 1+ < 1.",
  "1.0 < 1.0A < 1.0Z < 1.0a < 1.0+",
  "1.0-1 < 1.0a-1 < 1.0+b-1 < 1.0.1-1",
  // Digits by their value.
  "1.2 < 1.9 < 1.10 < 1.100",
  "1.0 = 1.00 = 1.000",
  "1.01 = 1.1 < 1.02",
  "1.a = 1.a0",
  "9999999999999999998 < 9999999999999999999 < 10000000000000000000",
  // Epochs before all else.
  "9.0 < 1:0.1 < 1:0.2 < 2:0 < 10:0",
  "0:1.0 = 1.0",
  // The revision is after the last dash; an absent one equals zero.
  "1.0 = 1.0-0 < 1.0-0a < 1.0-1 < 1.0-1.1 < 1.0-2 < 1.0-10",
  "1-2-3 < 1-2-4 < 1-3-1",
  // As they are met in the archive.
  "5.2.15-2 < 5.2.15-2+b8 < 5.2.15-2+b13 < 5.2.15-3",
  "12.4+deb12u1 < 12.4+deb12u9 < 12.4+deb12u15",
  "2.36-9+deb12u3 < 2.36-9+deb12u10",
  "8.2.7-1~deb12u1 < 8.2.7-1 < 8.2.29-1~deb12u1",
  "1:10.11.3-1 < 1:10.11.11-0+deb12u1",
  "20230311 < 20230311+deb12u1 < 20230311.1 < 20240101",
  "0~20220101 < 0.1",
  "7.88.1-10+deb12u5~bpo11+1 < 7.88.1-10+deb12u5",
];

test.for(orders)("%s", (line) => {
  const parts = line.split(" ");
  const versions = parts.filter((_, index) => index % 2 === 0);
  const signs = parts.filter((_, index) => index % 2 === 1);
  // A line is transitive: each version is compared with all that follow.
  for (const [i, a] of versions.entries()) {
    for (const [offset, b] of versions.slice(i + 1).entries()) {
      const isEqual = signs.slice(i, i + offset + 1).every((sign) => sign === "=");
      expect([a, b, Math.sign(compareVersions(a, b))]).toEqual([a, b, isEqual ? 0 : -1]);
      expect([b, a, Math.sign(compareVersions(b, a))]).toEqual([b, a, isEqual ? 0 : 1]);
    }
    expect(compareVersions(a, a)).toBe(0);
  }
});

test.for([
  ["<", [true, false, false]],
  ["<=", [true, true, false]],
  ["=", [false, true, false]],
  [">=", [false, true, true]],
  [">", [false, false, true]],
] as const)("%s holds for older, equal, newer: %j", ([operator, expected]) => {
  const held = ["1.9", "1:1.10", "1:1.11"].map((version) =>
    satisfiesVersion(version, operator, "1:1.10"),
  );

  expect(held).toEqual(expected);
});

test("any order of input sorts the same way", () => {
  const sorted = ["1.0~rc1", "1.0~rc2-1", "1.0", "1.0-1", "1.0-1+b1", "1.0.1", "1.1", "1:0.5"];
  let seed = 7;
  const random = (): number => (seed = (seed * 48_271) % 2_147_483_647);
  for (let round = 0; round < 50; round++) {
    const shuffled = sorted
      .map((version) => ({ version, at: random() }))
      .toSorted((a, b) => a.at - b.at)
      .map(({ version }) => version);
    expect(shuffled.toSorted(compareVersions)).toEqual(sorted);
  }
});
