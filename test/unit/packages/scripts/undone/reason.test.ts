import { expect, test } from "vitest";
import { toBytes } from "../../../../../src/packages/scripts/bytes.ts";
import { type LimitName, scriptLimits } from "../../../../../src/packages/scripts/limits.ts";
import { reasonOf } from "../../../../../src/packages/scripts/undone/reason.ts";

const empty = new Uint8Array();
const trace = { stdout: empty, stderr: empty, steps: 1 };
const place = { script: "x.postinst", line: 1 };

test.each([
  [1, "", "it ended with status 1"],
  [2, "\n \n", "it ended with status 2"],
  [100, "first\nlast\n\n", "it ended with status 100: last"],
  [1, "only", "it ended with status 1: only"],
  [1, "a\u001b[2Jb", "it ended with status 1: a?[2Jb"],
])("a script that ends with %i and says %j: %s", (status, said, reason) => {
  expect(reasonOf({ ...trace, type: "ended", status, stderr: toBytes(said) })).toBe(reason);
});

test("what a script needs is told, and a stranger's text cannot move the cursor", () => {
  const wanted = "an interpreter of \u001b[31mperl";
  expect(reasonOf({ ...trace, ...place, type: "needs-more", wanted })).toBe(
    "it needs an interpreter of ?[31mperl",
  );
});

test.each<readonly [LimitName, string]>([
  ["steps", `${scriptLimits.steps} steps`],
  ["outputBytes", "16 MiB of output"],
  ["memoryBytes", "64 MiB of variables"],
  ["fileBytes", "256 MiB of files"],
  ["nodes", `${scriptLimits.nodes} new files`],
  ["depth", `${scriptLimits.depth} commands within commands`],
  ["parseBytes", "4 MiB of text to read"],
])("a script that reaches the limit %s takes more than %s", (limit, words) => {
  expect(reasonOf({ ...trace, ...place, type: "limit-reached", limit })).toBe(
    `it takes more than ${words}`,
  );
});
