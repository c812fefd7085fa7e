import type { Browser, Page } from "playwright-core";

/** What a walk through a stack is given: the stack is up, under a name and ports of its own. */
export interface Surroundings {
  /** The addresses that `qclock up` printed, in its order. */
  readonly urls: readonly string[];
  readonly browser: Browser;
  /** Run qclock on the stack; resolves with its standard output, rejects when it fails. */
  readonly qclock: (args: readonly string[]) => Promise<string>;
  /** Write what the page shows to `docs/images/<stack>-<name>.png`. */
  readonly save: (page: Page, name: string) => Promise<void>;
}

/** A walk through one stack. */
export interface Walk {
  /** Variables of its manifest that hold ports: each is given a free one. */
  readonly ports: readonly string[];
  /** Further variables of its manifest. */
  readonly environment?: Readonly<Record<string, string>>;
  /**
   * What of the project's own folder is copied, for a walk through its own stack; absent: the
   * folder of stacks/ that has the walk's name.
   */
  readonly project?: readonly string[];
  run(surroundings: Surroundings): Promise<void>;
}
