import path from "node:path";
import { execa } from "execa";
import { QclockError } from "../../error.ts";

/** As large as no lock is; what is longer is not read into memory. */
const LARGEST_BYTES = 64 * 1024 * 1024;

/**
 * The text of a file as a git revision has it. The revision is looked up first and then named by
 * its id, so that no option and no path can be smuggled in with it.
 *
 * Throws `usage` when git is missing, the file is in no repository, the revision does not exist, or
 * it does not have the file.
 */
export async function readAtRevision(request: {
  readonly file: string;
  readonly revision: string;
  readonly signal: AbortSignal;
}): Promise<string> {
  const { file, revision } = request;
  const name = path.basename(file);
  const commit = `${revision}^{commit}`;
  const found = await git(request, [
    "rev-parse",
    "--verify",
    "--quiet",
    "--end-of-options",
    commit,
  ]);
  if (found.code === "ENOENT") {
    throw new QclockError("usage", "git is not installed, so that no revision can be read.", {
      hint: `Install it, or compare with a file: --against FILE.`,
    });
  }
  if (found.failed) {
    throw /not a git repository/.test(found.stderr)
      ? new QclockError("usage", `${name} is in no git repository.`, {
          hint: "Compare with a file instead: --against FILE.",
        })
      : new QclockError("usage", `git does not find the revision "${revision}".`, {
          details: linesOf(found.stderr),
          hint: "Name a commit, a branch or a tag, such as HEAD~1 or main.",
        });
  }
  const shown = await git(request, ["show", "--no-textconv", `${found.stdout.trim()}:./${name}`]);
  if (!shown.failed) return shown.stdout;
  throw new QclockError("usage", `The revision "${revision}" has no ${name} in this folder.`, {
    details: linesOf(shown.stderr),
    hint: "Name a revision that has one (`git log -- stack.lock.yaml` lists them), or compare with a file: --against FILE.",
  });
}

interface GitResult {
  readonly failed: boolean;
  readonly code: string | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

async function git(
  { file, signal }: { readonly file: string; readonly signal: AbortSignal },
  words: readonly string[],
): Promise<GitResult> {
  const result = await execa("git", ["-C", path.dirname(file), ...words], {
    reject: false,
    stripFinalNewline: false,
    stdin: "ignore",
    maxBuffer: LARGEST_BYTES,
    // Its messages are read.
    env: { LC_ALL: "C" },
    cancelSignal: signal,
  });
  signal.throwIfAborted();
  const { failed, code, stdout, stderr } = result;
  return { failed, code, stdout, stderr };
}

function linesOf(text: string): readonly string[] {
  return text.split("\n").filter((line) => line !== "" && !line.startsWith("hint:"));
}
