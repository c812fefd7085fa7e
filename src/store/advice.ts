import type { ErrorCode } from "../error.ts";

/**
 * What to call the server of a download, and what its reader can do when it does not give the file.
 */
export interface Advice {
  /** Of a server that does not answer, refuses, or lacks the file. */
  readonly code: Extract<
    ErrorCode,
    "mirror-unreachable" | "artifact-unreachable" | "index-unreachable"
  >;
  /** As the subject of a sentence: `the mirror`. */
  readonly server: string;
  /** A sentence each. */
  readonly missing: string;
  readonly refused: string;
  readonly unreachable: string;
  readonly otherBytes: string;
}

/** For packages and their indexes. */
export const mirrorAdvice: Advice = {
  code: "mirror-unreachable",
  server: "the mirror",
  missing:
    "It has left the mirror, or the mirror is not complete: run `qclock lock --update`, or use another one.",
  refused: "The mirror refused; ask its owner, or set another one.",
  unreachable:
    "Check the network and its proxy (http_proxy, https_proxy), or name a mirror that answers: QCLOCK_MIRROR_<OS>, such as QCLOCK_MIRROR_ORACLELINUX_9, or `mirrors` in the manifest. `--os auto` takes the first system of the manifest whose mirror answers.",
  otherBytes: "The mirror serves another file under this name; nothing of it was kept.",
};
