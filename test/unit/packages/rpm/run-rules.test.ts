import { expect, test } from "vitest";
import { rpmRunRules } from "../../../../src/packages/rpm/run-rules.ts";

test("no script asks for another", () => {
  const image = { architecture: "amd64", epoch: 7, has: () => true } as const;
  expect(rpmRunRules.requested(new Map([["requests", "x\n"]]), image)).toEqual([]);
});
