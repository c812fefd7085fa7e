import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Diagnostic } from "../diagnostic.ts";
import { QclockError } from "../error.ts";
import type { Lock } from "../packages/package.ts";
import { ok, type Result } from "../result.ts";
import type { Store } from "../store/store.ts";

/** Which lock to read: of a revision of the project's git repository, or a file. */
export type LockSource =
  | { readonly type: "revision"; readonly revision: string }
  | { readonly type: "file"; readonly file: string };

/** Read an earlier version of the lock at `lockPath`. Throws `usage` when there is no such revision or file. */
export async function readEarlierLock(
  source: LockSource,
  lockPath: string,
  store: Store,
): Promise<Result<Lock | undefined, readonly Diagnostic[]>> {
  const { text, name } =
    source.type === "file"
      ? { text: await readText(source.file), name: source.file }
      : {
          text: await readRevision(source.revision, lockPath),
          name: `${source.revision}:${path.basename(lockPath)}`,
        };
  if (text === undefined) return ok(undefined);
  const { readLockText } = await import("../packages/lock-note.ts");
  return readLockText(text, name, store);
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new QclockError("usage", `The lock ${file} cannot be read.`, { cause: error });
  }
}

/** The lock's text in a revision; undefined when the revision has no lock yet. */
async function readRevision(revision: string, lockPath: string): Promise<string | undefined> {
  const git = async (...parameters: readonly string[]): Promise<GitAnswer> => {
    const { execa } = await import("execa");
    return await execa("git", parameters, {
      cwd: path.dirname(lockPath),
      reject: false,
      stripFinalNewline: false,
      // Answers in English are not needed, a pager would be waited for.
      env: { GIT_PAGER: "cat", GIT_OPTIONAL_LOCKS: "0" },
    });
  };
  const inside = await git("rev-parse", "--is-inside-work-tree");
  if (inside.exitCode !== 0) {
    const isMissing = inside.exitCode === undefined;
    throw new QclockError(
      "usage",
      isMissing
        ? "git is not installed here."
        : `${path.dirname(lockPath)} is not in a git repository.`,
      { hint: "Compare with a file instead: qclock lock diff --against FILE." },
    );
  }
  // A name that begins with a dash would be taken for an option.
  const known = await git(
    "rev-parse",
    "--verify",
    "--quiet",
    "--end-of-options",
    `${revision}^{commit}`,
  );
  if (known.exitCode !== 0) {
    throw new QclockError("usage", `The repository has no revision "${revision}".`, {
      hint: "Name a commit, a branch or a tag, such as HEAD~1 or main.",
    });
  }
  const commit = known.stdout.trim();
  const shown = await git("show", `${commit}:./${path.basename(lockPath)}`);
  return shown.exitCode === 0 ? shown.stdout : undefined;
}

interface GitAnswer {
  /** Undefined when the program could not be started. */
  readonly exitCode?: number | undefined;
  readonly stdout: string;
}
