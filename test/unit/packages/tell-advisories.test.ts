import { expect, test } from "vitest";
import { QclockError } from "../../../src/error.ts";
import type { Advisory, MovedVersion } from "../../../src/packages/advisory.ts";
import type { IndexedPackage } from "../../../src/packages/package-index.ts";
import type { LockTarget } from "../../../src/packages/package.ts";
import type { LoadedRepositories } from "../../../src/packages/repositories.ts";
import { tellAdvisories } from "../../../src/packages/tell-advisories.ts";

const fix: Advisory = {
  id: "ELSA-2024-1",
  kind: "security",
  severity: "Important",
  vulnerabilities: ["CVE-2024-1", "CVE-2024-2"],
};

test("packages that moved are told with the security updates that they take in", async () => {
  const asked: (readonly MovedVersion[])[] = [];
  const told = await tell({ b: ["1", "2"], a: ["1", "3"], same: ["1", "1"] }, async (moves) => {
    asked.push(moves);
    return moves.flatMap((move) => [
      { move, advisory: fix },
      { move, advisory: { id: "ELSA-2024-2", kind: "security", vulnerabilities: [] } },
      { move, advisory: { ...fix, id: "ELBA-1", kind: "bugfix" } },
    ]);
  });

  expect(asked).toEqual([
    [
      { name: "a", from: "1", to: "3" },
      { name: "b", from: "1", to: "2" },
    ],
  ]);
  expect(told).toEqual([
    "a 1 -> 3 takes in ELSA-2024-1 (Important: CVE-2024-1, CVE-2024-2); ELSA-2024-2.",
    "b 1 -> 2 takes in ELSA-2024-1 (Important: CVE-2024-1, CVE-2024-2); ELSA-2024-2.",
  ]);
});

test("of many packages the first are told, and how many more there are", async () => {
  const versions = Object.fromEntries(
    Array.from({ length: 22 }, (_, at) => [`p${at}`, ["1", "2"] as const]),
  );
  const told = await tell(versions, async (moves) =>
    moves.map((move) => ({ move, advisory: fix })),
  );

  expect(told).toHaveLength(21);
  expect(told.at(-1)).toBe("2 more packages take in updates for security.");
});

test("nothing is asked when nothing moved, or the distribution does not say", async () => {
  const never = (): never => {
    throw new Error("asked");
  };
  expect(await tell({ a: ["1", "1"] }, never)).toEqual([]);
  expect(await tell({ a: ["1", "2"] }, undefined)).toEqual([]);
});

test("a list that cannot be had is told, and is no failure; a fault is one", async () => {
  const told = await tell({ a: ["1", "2"] }, () =>
    Promise.reject(new QclockError("mirror-unreachable", "It is gone.")),
  );
  expect(told).toEqual(["Which updates are for security is not known: It is gone."]);
  await expect(
    tell({ a: ["1", "2"] }, () => Promise.reject(new TypeError("a fault"))),
  ).rejects.toThrow("a fault");
});

/** What is told of packages with the versions before and after. */
async function tell(
  versions: Readonly<Record<string, readonly [from: string, to: string]>>,
  advisoriesOf: LoadedRepositories["advisoriesOf"],
): Promise<readonly string[]> {
  const told: string[] = [];
  const packages = Object.entries(versions).map(([name, [version]]) => ({ name, version }));
  const current = { images: new Map([["base", { packages }]]) } as unknown as LockTarget;
  const resolved = Object.entries(versions).map(([name, [, version]]) => ({
    package: { name, version } as IndexedPackage,
    reasons: [],
  }));
  await tellAdvisories(
    { onNotice: (message) => void told.push(message), signal: new AbortController().signal },
    advisoriesOf === undefined ? {} : { advisoriesOf },
    { current, resolved: new Map([["base", resolved]]) },
  );
  return told;
}
