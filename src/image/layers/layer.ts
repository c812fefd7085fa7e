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
  readonly kind: "packages" | "run" | "artifacts" | "wheels" | "files";
  /** Sorted by path. */
  readonly entries: EntryTable;
}

/** Whether a layer is made of packages and their scripts alone, and of nothing of the project. */
export function isOfPackages({ kind }: Pick<Layer, "kind">): boolean {
  return kind === "packages" || kind === "run";
}
