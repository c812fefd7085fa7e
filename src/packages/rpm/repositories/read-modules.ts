import type { Store } from "../../../store/store.ts";
import { recallTables, writeTables } from "../../kept-tables.ts";
import { TextTableBuilder } from "../../text-table.ts";
import type { MemoryTally } from "../metadata/memory-tally.ts";
import type { ModuleStream } from "../metadata/module-stream.ts";
import {
  LARGEST_MODULES_FILE,
  memoryOf,
  type ModulesFile,
  parseModules,
} from "../metadata/modules-yaml.ts";
import { asCorrupt, readTextFile, type StoredFile } from "./metadata-file.ts";

/**
 * The modules of a repository; what was read of them is kept in the store, since reading YAML takes
 * a second for each three megabytes. Throws `package-corrupt`.
 */
export async function readModules(
  file: StoredFile,
  at: { readonly store: Store; readonly memory: MemoryTally; readonly signal: AbortSignal },
): Promise<ModulesFile> {
  const { store, memory, signal } = at;
  const key = file.digest.slice("sha256:".length);
  const form = "rpm modules 1";
  const [table] = await recallTables({ store, key, form }, async (target) => {
    const text = await readTextFile(file, LARGEST_MODULES_FILE, signal);
    const before = memory.bytes;
    const modules = await asCorrupt(file, signal, () => parseModules(text, { memory, signal }));
    memory.letGo(memory.bytes - before);
    const builder = new TextTableBuilder();
    // All that is kept of them is ASCII.
    for (const stream of modules.streams) builder.add("stream", JSON.stringify(stream));
    for (const pair of modules.defaults) builder.add("default", JSON.stringify(pair));
    for (const note of modules.notes) builder.add("note", JSON.stringify(note));
    await writeTables(target, form, [builder.finish()]);
  });
  if (table === undefined) throw new Error("modules have one table");
  const read = <Value>(kind: string, parse: (value: Value) => Value): readonly Value[] =>
    [...table.texts(kind)].map((text) => parse(JSON.parse(text)));
  const streams = await asCorrupt(file, signal, () =>
    read<ModuleStream>("stream", (stream) => {
      memory.keep(memoryOf(stream));
      return stream;
    }),
  );
  return {
    streams,
    defaults: new Map(read<[string, string]>("default", (value) => value)),
    notes: read<string>("note", (value) => value),
  };
}
