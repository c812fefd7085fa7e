import { seededRandom } from "../seeded-random.ts";
import type { ADependency, AFile } from "./an-rpm.ts";

/** A package of which RPM's own library was asked when it is installed. */
export interface OrderedPackage {
  readonly name: string;
  readonly requires: readonly Required<ADependency>[];
  /** Beside its own name. */
  readonly provides: readonly Required<ADependency>[];
  readonly files: readonly AFile[];
}

/** What RPM's own library was asked, the same each time: see test/judge/record-rpm.ts. */
export interface Questions {
  /** Sets of packages that are installed at once, by their names. */
  readonly orders: readonly (readonly OrderedPackage[])[];
  /** Pairs of versions with their releases. */
  readonly versions: readonly (readonly [one: string, other: string])[];
  /** Pairs of bounds such as `>= 1.0-1`. */
  readonly bounds: readonly (readonly [provided: string, wanted: string])[];
}

/** As `Questions`, answered. */
export interface Answers {
  readonly orders: readonly (readonly string[])[];
  /** Negative, zero or positive. */
  readonly versions: readonly number[];
  /** Whether both bounds let some version in; null where RPM does not say the same both ways. */
  readonly bounds: readonly (boolean | null)[];
}

/** Of a need: none, what a script needs of old and of today, and what makes it pass over one. */
const FLAGS = [0, 0, 0, 0, 64, 512, 512, 1024, 32, 128, 1 << 24, 1 << 28, 1 << 29, 2048];

export function questions(): Questions {
  const random = seededRandom(41);
  const below = (limit: number): number => Math.floor(random() * limit);
  const of = <T>(list: readonly [T, ...T[]]): T => list[below(list.length)] ?? list[0];
  const dependency = (name: string): Required<ADependency> => {
    const kind = below(6);
    if (kind === 0) return { name: `${name}-lib`, flags: below(2) * 512, version: "" };
    const flags = FLAGS[below(FLAGS.length)] ?? 0;
    if (kind === 1) return { name: `/opt/${name}`, flags: 0, version: "" };
    if (kind === 2) return { name, flags: flags | of([2, 4, 8, 10, 12]), version: of(["1", "2"]) };
    if (kind === 3) return { name: `(${name} if ${of(["p0", "p1"])})`, flags, version: "" };
    return { name, flags, version: "" };
  };
  const orders = Array.from({ length: 120 }, () => {
    const names = Array.from({ length: 2 + below(12) }, (_, at) => `p${at}`).toSorted();
    return names.map((name) => {
      const lib = `p${below(names.length)}-lib`;
      const wanted = Array.from({ length: below(4) }, () =>
        dependency(`p${below(names.length + 1)}`),
      );
      return {
        name,
        // What a package provides itself RPM finds there, and qclock at the first that provides it.
        requires: wanted.filter((each) => each.name !== lib),
        provides: [{ name: lib, flags: 0, version: "" }],
        files: below(2) === 0 ? [] : [{ path: `/opt/${name}` }],
      };
    });
  });
  const part = (): string =>
    Array.from({ length: 1 + below(4) }, () =>
      of(["0", "1", "2", "10", "01", "a", "b", "ab", "rc", ".", ".", "~", "^", "_", "+"]),
    ).join("") + of(["", "", "1"]);
  const version = (): string => `${of(["", "", "", "1:", "0:"])}${part()}-${part()}`;
  const bound = (): string =>
    `${of(["<", "<=", "=", ">=", ">"])} ${of(["", "", "1:"])}${of(["1", "1", "2", "1.0"])}${of(["", "-1", "-2", "-1.1"])}`;
  return {
    orders,
    versions: Array.from({ length: 600 }, (): [string, string] => [version(), version()]),
    bounds: Array.from({ length: 400 }, (): [string, string] => [bound(), bound()]),
  };
}
