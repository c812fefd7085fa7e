import { tags } from "../header/tags.ts";

/** A table in which rpm finds packages by something that they say. */
export interface IndexTable {
  readonly name: string;
  /** The values of this tag are its keys. */
  readonly tag: number;
  /** As the column is declared. */
  readonly keyType: "TEXT" | "BLOB";
  /** The columns by which SQLite finds rows without reading all. */
  readonly indexes: readonly ("key" | "hnum")[];
}

/**
 * The tables beside `Packages`, in the order in which rpm makes them.
 *
 * Source: rpm 4.16.1.3, lib/rpmdb.c and lib/backend/sqlite.c, and databases that it made.
 */
export const indexTables: readonly IndexTable[] = [
  byKey("Name", tags.name),
  byBoth("Basenames", tags.baseNames),
  byKey("Group", tags.group),
  byBoth("Requirename", tags.requireName),
  byBoth("Providename", tags.provideName),
  byBoth("Conflictname", tags.conflictName),
  byBoth("Obsoletename", tags.obsoleteName),
  byBoth("Triggername", tags.triggerName),
  byBoth("Dirnames", tags.directoryNames),
  { name: "Installtid", tag: tags.installTransactionId, keyType: "BLOB", indexes: [] },
  { name: "Sigmd5", tag: tags.signatureMd5, keyType: "BLOB", indexes: [] },
  byKey("Sha1header", tags.sha1Header),
  byBoth("Filetriggername", tags.fileTriggerName),
  byBoth("Transfiletriggername", tags.transactionFileTriggerName),
  byBoth("Recommendname", tags.recommendName),
  byBoth("Suggestname", tags.suggestName),
  byBoth("Supplementname", tags.supplementName),
  byBoth("Enhancename", tags.enhanceName),
];

function byKey(name: string, tag: number): IndexTable {
  return { name, tag, keyType: "TEXT", indexes: ["key"] };
}

function byBoth(name: string, tag: number): IndexTable {
  return { name, tag, keyType: "TEXT", indexes: ["key", "hnum"] };
}
