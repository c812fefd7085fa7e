import type { Digest } from "../../digest.ts";
import type { EntryTable } from "./entry-table.ts";

/** A finished layer in the store. */
export interface Layer {
  /**
   * Digest of the uncompressed tar: OCI's diffID, and the blob's digest since qclock loads layers
   * uncompressed.
   */
  readonly diffId: Digest;
  readonly sizeBytes: number;
  /** Absolute path of the tar in the store. */
  readonly path: string;
  readonly kind: "packages" | "artifacts" | "files";
  /** Sorted by path. */
  readonly entries: EntryTable;
}
