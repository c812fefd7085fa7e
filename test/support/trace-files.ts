import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { fileURLToPath } from "node:url";

/**
 * Preloaded into a process (`node --import`): writes every path that it opens to the file that
 * QCLOCK_TEST_TRACE names, one JSON text a line, as the path leads to at that moment with all links
 * followed.
 */
const trace = process.env["QCLOCK_TEST_TRACE"];
const { appendFileSync, realpathSync } = fs;
const openers = ["open", "openSync", "readFile", "readFileSync", "readdir", "readdirSync"] as const;
const others = ["opendir", "opendirSync", "createReadStream", "copyFile", "copyFileSync"] as const;

function note(given: unknown): void {
  if (trace === undefined || typeof given === "number") return;
  const text = String(given);
  const named = text.startsWith("file:") ? fileURLToPath(text) : text;
  let real = named;
  try {
    // A file that does not exist leads nowhere.
    real = realpathSync(named);
  } catch {}
  appendFileSync(trace, `${JSON.stringify(real)}\n`);
}

function watch(module: object): void {
  for (const name of [...openers, ...others]) {
    const original: unknown = Reflect.get(module, name);
    if (typeof original !== "function") continue;
    const watched = function (this: unknown, ...parameters: readonly unknown[]): unknown {
      note(parameters[0]);
      return Reflect.apply(original, this, parameters);
    };
    Reflect.set(module, name, Object.assign(watched, original));
  }
}

watch(fs);
watch(fs.promises);
syncBuiltinESMExports();
