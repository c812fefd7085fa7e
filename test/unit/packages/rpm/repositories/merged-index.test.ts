import { expect, test } from "vitest";
import { mergeIndexes } from "../../../../../src/packages/rpm/repositories/merged-index.ts";
import { MemoryTally } from "../../../../../src/packages/rpm/metadata/memory-tally.ts";
import { ModuleFilter } from "../../../../../src/packages/rpm/metadata/module-filter.ts";
import { PrimaryHandler } from "../../../../../src/packages/rpm/metadata/primary.ts";
import {
  PrimaryIndexBuilder,
  toEntry,
} from "../../../../../src/packages/rpm/metadata/primary-index.ts";
import { XmlReader } from "../../../../../src/packages/rpm/metadata/xml.ts";
import type { PackageIndex } from "../../../../../src/packages/package-index.ts";
import { type ListedPackage, primaryXml } from "../../../../support/rpm/a-repository.ts";

const or = Array.from({ length: 100 }, (_, at) => `n${at}`).join(" or ");
const and = Array.from({ length: 100 }, (_, at) => `m${at}`).join(" and ");

test.each<[string, Readonly<Record<string, readonly string[]>>, number]>([
  ["needs", { requires: many((at) => `name="lib${at}.so" flags="GE" ver="1"`) }, 300],
  ["what it provides", { provides: many((at) => `name="lib${at}.so"`) }, 140],
  ["what it obsoletes", { obsoletes: many((at) => `name="old${at}"`) }, 120],
  ["what it would rather have", { supplements: many((at) => `name="old${at}"`) }, 300],
  // Of each a hundred relations are made, with a hundred and one alternatives.
  ["boolean needs", { requires: many((at) => `name="((${or}) or (${and} and x${at}))"`) }, 150_000],
])("of a package that is looked at %s take memory, which is counted", (_, dependencies, each) => {
  const memory = new MemoryTally();
  const index = indexOf({ name: "a", dependencies }, memory);
  expect(memory.bytes).toBe(0);

  index.versions("a");
  index.versions("a");

  expect(memory.bytes).toBeGreaterThan(200 * each);
  expect(memory.bytes).toBeLessThan(200 * 4 * each + 5000);
});

test("packages that take too much memory are refused with the file that lists them", () => {
  const memory = new MemoryTally(50_000);
  const dependencies = { requires: many((at) => `name="lib${at}.so"`) };
  const index = indexOf({ name: "a", dependencies }, memory);

  expect(index.versions("b")).toEqual([]);
  expect(() => index.versions("a")).toThrow(
    expect.objectContaining({
      code: "package-corrupt",
      message:
        "The metadata of tests (repodata/primary.xml.gz) cannot be read: with it, the metadata takes more than 1 MB of memory.",
    }),
  );
});

function many(text: (at: number) => string): readonly string[] {
  return Array.from({ length: 200 }, (_, at) => text(at));
}

function indexOf(entry: ListedPackage, memory: MemoryTally): PackageIndex {
  const builder = new PrimaryIndexBuilder(["noarch"]);
  const reader = new XmlReader(new PrimaryHandler((each) => builder.add(toEntry(each))));
  reader.write(Buffer.from(primaryXml([entry])));
  reader.end();
  const file = { repository: "tests", path: "repodata/primary.xml.gz" };
  const files = [{ repository: "tests", folder: "tests", file, index: builder.finish() }];
  const paths = { ofPackage: new Map(), providers: new Map() };
  return mergeIndexes(files, { filter: new ModuleFilter([], []), paths, memory });
}
