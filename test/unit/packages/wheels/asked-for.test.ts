import { expect, test } from "vitest";
import type { PinnedRequirement } from "../../../../src/python/requirements-file.ts";
import type { Digest } from "../../../../src/digest.ts";
import { areAskedFor } from "../../../../src/packages/wheels/asked-for.ts";
import type { LockedWheel } from "../../../../src/packages/package.ts";

const digest = (digit: string): Digest => `sha256:${digit.repeat(64)}`;

function line(name: string, version: string, hashes: string): PinnedRequirement {
  return { name, version, hashes: hashes.split("").map(digest), extras: [], line: 1 };
}

function wheel(name: string, version: string, digit: string): LockedWheel {
  const file = `${name}-${version}-py3-none-any.whl`;
  return {
    name,
    version,
    file,
    digest: digest(digit),
    sizeBytes: 1,
    reasons: [],
  };
}

test("wheels of a lock are those whose version and hash some line names", () => {
  const lines = [line("a", "1", "12"), line("b", "2", "3"), line("a", "2", "4")];
  expect(areAskedFor([], lines)).toBe(true);
  expect(areAskedFor([wheel("a", "1", "2"), wheel("b", "2", "3")], lines)).toBe(true);
  expect(areAskedFor([wheel("a", "2", "4")], lines)).toBe(true);
  for (const other of [
    wheel("c", "1", "1"),
    wheel("a", "3", "1"),
    wheel("a", "1", "4"),
    wheel("b", "2", "1"),
  ])
    expect(areAskedFor([wheel("a", "1", "1"), other], lines)).toBe(false);
});
