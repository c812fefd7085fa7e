import type { Stack } from "../../stack/stack.ts";
import type { Downloader } from "../../store/downloader.ts";
import type { PinnedKey } from "../proof/pinned-key.ts";
import type { Mirrors } from "../mirror.ts";
import type { Lock, LockTarget } from "../package.ts";
import type { PythonIndex } from "../wheels/python-index.ts";

/** What to lock, and how. */
export interface LockRequest {
  readonly stack: Stack;
  readonly existing: Lock | undefined;
  /**
   * `use` fills what the lock lacks, `locked` refuses to, `update` takes the newest of everything.
   */
  readonly mode: "use" | "locked" | "update";
  /**
   * With `update`: the names that move to their newest version, with what that forces; absent: all.
   */
  readonly move?: ReadonlySet<string>;
  /** Take packages that nothing proves, and mark them; absent: refuse them. */
  readonly allowUnsigned?: boolean;
  readonly mirrors: () => Promise<Mirrors>;
  /** See `FetchRequest`. */
  readonly artifactMirror?: string | undefined;
  /** Asked only where an image has Python packages. */
  readonly pythonIndex: () => Promise<PythonIndex>;
  readonly downloader: Downloader;
  /** Trusted keys; absent: those that ship with qclock. */
  readonly keys?: readonly PinnedKey[];
  readonly now: Date;
  /** See `LoadRepositoriesRequest`. */
  readonly onNotice?: (message: string) => void;
  readonly onPhase: (title: string) => void;
  readonly onProgress: (doneBytes: number, totalBytes: number) => void;
  readonly signal: AbortSignal;
}

/** The lock with its target for the stack. */
export interface LockResult {
  readonly lock: Lock;
  readonly target: LockTarget;
  readonly changed: boolean;
}
