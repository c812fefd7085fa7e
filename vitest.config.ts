import { defineConfig } from "vitest/config";

/**
 * Against a real Engine on a busy machine a moment may be missed. Where a change is judged, such a
 * test is run once more, and fails when it fails twice; at a developer's desk it fails at once and
 * is looked at.
 */
// oxlint-disable-next-line node/no-process-env -- the runner, and no part of qclock
const retry = process.env["CI"] === "true" ? 1 : 0;

export default defineConfig({
  test: {
    reporters: [
      "default",
      ["junit", { outputFile: "artifacts/junit.xml" }],
      "./test/support/summary-reporter.ts",
    ],
    // One project after the other, so that a mistake in a function is told before minutes of Engine
    // work.
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/unit/**/*.test.ts"],
          sequence: { groupOrder: 0 },
          // They take milliseconds; a machine that does much else at the same time is no failure.
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: "integration",
          include: ["test/integration/**/*.test.ts"],
          sequence: { groupOrder: 1 },
          retry,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // These wait for the Engine more than they compute: two at once, also on a machine with
          // one core.
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          sequence: { groupOrder: 2 },
          retry,
          testTimeout: 240_000,
          hookTimeout: 300_000,
          maxWorkers: 2,
        },
      },
    ],
  },
});
