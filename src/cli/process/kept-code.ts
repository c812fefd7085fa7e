import { createHash } from "node:crypto";
import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createRequire, Module } from "node:module";
import path from "node:path";
import { Script } from "node:vm";
import { asWithGrowingYoungSpace } from "../../young-space.ts";

/** Of the SHA-256 that stands before the code. */
const DIGEST_BYTES = 32;

/** A CommonJS file that has been evaluated. */
export interface Evaluated<Exports> {
  readonly exports: Exports;
  /** Whether the code of an earlier run was used. */
  readonly wasKept: boolean;
  /**
   * Keep the code that has been compiled by now, once and unless an earlier run's was used. Never
   * throws: without it the next run only starts slower.
   */
  readonly keep: () => void;
}

/**
 * Evaluate a CommonJS file with the code that V8 compiled for it in an earlier run.
 *
 * Node's own compile cache keeps what is compiled before anything of a file has run. V8 compiles a
 * function when it is called first, so each run compiles anew all that it calls: an eighth of a
 * build with nothing to do. Here the code is kept once the functions have been called.
 *
 * `kept` is the file for the code. One that somebody else can have written, that is damaged, or
 * that was made from another state of `file` is passed over. `loadBeside` loads what the file
 * requires from its own folder.
 */
export function evaluateKept<Exports>(
  file: string,
  kept: string,
  loadBeside: (besideFile: string) => unknown,
): Evaluated<Exports> {
  const { size, mtimeNs, ctimeNs, ino } = statSync(file, { bigint: true });
  // V8 itself compares no more of a source than its length.
  const source = [file, size, mtimeNs, ctimeNs, ino].join("\0");
  const code = readCode(kept, source);
  const before = "(function (exports, require, module, __filename, __dirname) { ";
  const script = new Script(`${before}${readFileSync(file, "utf8")}\nreturn module.exports;})`, {
    filename: file,
    columnOffset: -before.length,
    ...(code === undefined ? {} : { cachedData: code }),
  });
  const run: (...given: readonly unknown[]) => Exports = script.runInThisContext();
  const require = createRequire(file);
  const folder = path.dirname(file);
  const requireKept = (name: string): unknown => {
    const beside = path.join(folder, name);
    const isNew = name.startsWith("./") && require.cache[beside] === undefined;
    return isNew ? loadBeside(beside) : require(name);
  };
  const module = new Module(file);
  const exports = run(module.exports, Object.assign(requireKept, require), module, file, folder);
  // Who asks for the file from now on gets the same.
  module.loaded = true;
  module.exports = exports;
  require.cache[file] = module;
  const wasKept = script.cachedDataRejected === false;
  let isKept = wasKept;
  return {
    exports,
    wasKept,
    keep() {
      if (!isKept) writeCode(kept, source, () => script.createCachedData());
      isKept = true;
    },
  };
}

function readCode(kept: string, source: string): Buffer | undefined {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(kept, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const { uid, mode } = fstatSync(descriptor);
    if (uid !== (process.getuid?.() ?? uid) || (mode & 0o022) !== 0) return undefined;
    const bytes = readFileSync(descriptor);
    const code = bytes.subarray(DIGEST_BYTES);
    return bytes.subarray(0, DIGEST_BYTES).equals(digestOf(source, code)) ? code : undefined;
  } catch {
    return undefined;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

function writeCode(kept: string, source: string, make: () => Buffer): void {
  const temporary = `${kept}.${process.pid}.tmp`;
  try {
    const code = asWithGrowingYoungSpace(make);
    writeFileSync(temporary, Buffer.concat([digestOf(source, code), code]), {
      flag: "wx",
      mode: 0o600,
    });
    renameSync(temporary, kept);
  } catch {
    rmSync(temporary, { force: true });
  }
}

function digestOf(source: string, code: Buffer): Buffer {
  return createHash("sha256").update(`${source}\0`).update(code).digest();
}
