import type { Reporter, TestModule } from "vitest/node";

/**
 * Prints the run's last line, plain and alone: `12 passed, 0 failed, 1 skipped`.
 *
 * What fails outside a test counts as a failure too (a file that cannot be loaded, a hook, a
 * rejection that nobody handles), so that the line never says `0 failed` about a run that failed.
 */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const count = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    for (const module of modules) {
      const groups = [module, ...module.children.allSuites()];
      count.failed += groups.filter((group) => group.errors().length > 0).length;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state !== "pending") count[state]++;
      }
    }
    process.stdout.write(
      `\n${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped\n`,
    );
  }
}
