import { execFile } from "node:child_process";
import { cp, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";

/** What the type checker reads. */
const CHECKED = ["src", "test", "bench", "bin", "docs", "scripts", "stacks"];
const SETTINGS = [
  "tsconfig.json",
  "package.json",
  "build.ts",
  "prepare.js",
  "vitest.config.ts",
  "oxlint.config.ts",
];

/** A copy of the project in which a changed source is checked. */
export interface Types extends AsyncDisposable {
  /** Whether the types refuse a text in a file's place; `file` is relative to the project. */
  refuse(file: string, text: string, original: string): Promise<boolean>;
}

/** Throws when the project itself does not pass. */
export async function openTypes(root: string): Promise<Types> {
  const copy = await mkdtemp(path.join(os.tmpdir(), "qclock-mutants-"));
  for (const name of [...CHECKED, ...SETTINGS]) {
    await cp(path.join(root, name), path.join(copy, name), { recursive: true });
  }
  await symlink(path.join(root, "node_modules"), path.join(copy, "node_modules"));
  const passes = async (): Promise<boolean> => {
    try {
      await promisify(execFile)(path.join(copy, "node_modules/.bin/tsc"), [], { cwd: copy });
      return true;
    } catch {
      return false;
    }
  };
  if (!(await passes())) throw new Error("the project's own types do not pass");
  return {
    async refuse(file, text, original) {
      await writeFile(path.join(copy, file), text);
      const isRefused = !(await passes());
      await writeFile(path.join(copy, file), original);
      return isRefused;
    },
    [Symbol.asyncDispose]: () => rm(copy, { recursive: true, force: true }),
  };
}
