import { seededRandom } from "./seeded-random.ts";

/**
 * Random pairs of versions that dpkg was asked to compare, the same each time: see
 * test/judge/record-versions.ts.
 */
export function versionPairs(): readonly (readonly [one: string, other: string])[] {
  const random = seededRandom(17);
  const of = (list: readonly string[]): string => list[Math.floor(random() * list.length)] ?? "";
  const pieces = ["0", "1", "2", "9", "10", "01", "a", "b", "Z", "rc", ".", "+", "~", "~~", "-"];
  const upstream = (): string =>
    of(["0", "1", "1", "10"]) +
    Array.from({ length: Math.floor(random() * 4) }, () => of(pieces)).join("");
  const revision = (): string =>
    of(["", "", "-0", "-1", "-1", "-1.1", "-1~", "-1+b1", "-a", "-10"]);
  const version = (): string => of(["", "", "", "", "0:", "1:"]) + upstream() + revision();
  const near = (text: string): string => text + of(["", "0", "~", "a", "+", "-0", ".0"]);
  return Array.from({ length: 600 }, () => {
    const one = version();
    return [one, random() < 0.4 ? near(one) : version()] as const;
  }).filter((pair) => pair.every((each) => /[^-:]$/.test(each)));
}
