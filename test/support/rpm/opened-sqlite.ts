import { writeFile } from "node:fs/promises";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { onTestFinished } from "vitest";
import { temporaryFolder } from "../temporary-store.ts";

/** A database as SQLite itself reads it, until the test ends. */
export async function openedSqlite(bytes: Uint8Array): Promise<DatabaseSync> {
  const folder = await temporaryFolder();
  onTestFinished(() => folder[Symbol.asyncDispose]());
  const file = path.join(folder.path, "database.sqlite");
  await writeFile(file, bytes);
  const database = new DatabaseSync(file, { readOnly: true });
  onTestFinished(() => database.close());
  return database;
}

export function rowsOf(database: DatabaseSync, query: string): readonly unknown[] {
  return database
    .prepare(query)
    .all()
    .map((row) => ({ ...row }));
}
