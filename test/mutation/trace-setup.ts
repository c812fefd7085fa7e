import { appendFileSync } from "node:fs";
import { afterAll, expect } from "vitest";
import { MARK } from "./marks.ts";

/** Write down for each test file which marked places ran; in every worker that runs tests. */
const file = process.env["QCLOCK_MUTANTS_TRACE"] ?? "";
const reached = new Set<number>();
Object.assign(globalThis, { [MARK]: (number: number) => reached.add(number) });

afterAll(() => {
  const { testPath } = expect.getState();
  appendFileSync(file, `${JSON.stringify({ test: testPath, reached: [...reached] })}\n`);
});
