import type { ListedPackage } from "../test/support/rpm/a-repository.ts";

/** Versions of each name, since Oracle's repositories keep old ones. */
const VERSIONS = 6;
const PROVIDES = 12;
const REQUIRES = 40;
const FILES = 8;
const FURTHER_FILES = 70;

/**
 * Packages that a repository lists beside those that are wanted, and that nobody needs: as many
 * dependencies and files as those of EL9 have in the middle. The same ones in each run, named by
 * `prefix`.
 */
export function fillerPackages(prefix: string, count: number): Iterable<ListedPackage> {
  return {
    *[Symbol.iterator]() {
      for (let index = 0; index < count; index += 1) yield fillerPackage(prefix, index);
    },
  };
}

function fillerPackage(prefix: string, index: number): ListedPackage {
  const number = Math.floor(index / VERSIONS);
  const name = `${prefix}-${word(number, 0)}-${number}`;
  const release = (index % VERSIONS) + 1;
  const version = `${1 + (number % 9)}.${number % 31}-${release}.el9`;
  const [ver = "", rel = ""] = version.split("-");
  const entry = (text: string): string =>
    `name="${text}" flags="EQ" epoch="0" ver="${ver}" rel="${rel}"`;
  return {
    name,
    version,
    architecture: "x86_64",
    sourceFile: `${name}-${version}.src.rpm`,
    dependencies: {
      provides: [
        entry(name),
        entry(`${name}(x86-64)`),
        ...words(PROVIDES, (at) => `name="lib${word(number, at)}.so.${at}()(64bit)"`),
      ],
      requires: words(
        REQUIRES,
        (at) => `name="lib${word(number + at, at % PROVIDES)}.so.${at}(V_${release}.${at})(64bit)"`,
      ),
    },
    files: words(FILES, (at) => `/usr/bin/${word(number, at)}-${at}`),
    furtherFiles: words(
      FURTHER_FILES,
      (at) => `/usr/share/${name}/${word(number, at >> 4)}/${word(index, at)}.${at}`,
    ),
  };
}

function words(count: number, text: (at: number) => string): readonly string[] {
  return Array.from({ length: count }, (_, at) => text(at));
}

/** Letters that look like no others, as names of files do to a compression. */
function word(number: number, at: number): string {
  const mixed = Math.imul(Math.imul(number + 1, 0x9e3779b1) ^ (at + 1), 0x85ebca6b);
  return (mixed ^ (mixed >>> 13)).toString(36).replace("-", "z").padStart(7, "0");
}
