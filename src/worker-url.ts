import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/**
 * Where the program of a worker thread is: in the bundle beside the file that starts it, and in a
 * checkout the TypeScript file. `name` is the file's without `.worker.ts`; `base` is the
 * `import.meta.url` of the file that lies beside it. Throws an `Error` when there is none.
 */
export function workerUrl(name: string, base: string): URL {
  for (const ending of ["ts", "cjs"]) {
    const url = new URL(`./${name}.worker.${ending}`, base);
    if (existsSync(fileURLToPath(url))) return url;
  }
  throw new Error(`The thread ${name} is missing from this installation.`);
}
