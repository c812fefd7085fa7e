import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";

/**
 * Take out of package-lock.json what a package may bring for other platforms and the registry did
 * not have. npm writes those names into the lock without an entry, and then refuses its own lock
 * ("Missing: ... from lock file").
 */
const file = path.join(import.meta.dirname, "../package-lock.json");

interface LockFile {
  readonly packages: Readonly<Record<string, { optionalDependencies?: Record<string, string> }>>;
}

const lock: LockFile = JSON.parse(await readFile(file, "utf8"));
const locked = new Set(
  Object.keys(lock.packages).map((place) => place.slice(place.lastIndexOf("node_modules/") + 13)),
);
let pruned = 0;
for (const { optionalDependencies = {} } of Object.values(lock.packages)) {
  for (const name of Object.keys(optionalDependencies)) {
    if (locked.has(name)) continue;
    delete optionalDependencies[name];
    pruned++;
  }
}
await writeFile(file, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`package-lock.json: ${pruned} absent platform packages taken out.`);
