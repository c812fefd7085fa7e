import { isScalar, LineCounter, parseDocument, stringify } from "yaml";
import type { Diagnostic } from "../../diagnostic.ts";
import { byKey } from "../../order.ts";
import { fail, ok, type Result } from "../../result.ts";
import type { Lock } from "../package.ts";
import { findLockProblems } from "./check.ts";
import { FORMAT, fromFile, lockSchema, toFile } from "./file-fields.ts";
import { aliasOffset, offsetOf, problem, REPAIR } from "./problems.ts";

/** A lock of ten thousand packages takes a million. It may come with a stranger's bundle. */
const MOST_COMPARISONS = 10_000_000;
/** To find the place of each takes a look at the whole lock. */
const MOST_PROBLEMS = 100;

const HEADER = `# Written by qclock. It says which bytes the images are made of, where each comes from, who signed it and
# why it is there. Review changes like code; do not edit by hand: \`qclock lock\` writes it.
`;

/** The text of `stack.lock.yaml`: sorted, one field a line, so that a difference reads well. */
export function formatLock(lock: Lock): string {
  const targets: Record<string, ReturnType<typeof toFile>> = {};
  for (const [key, target] of [...lock.targets].toSorted(byKey)) targets[key] = toFile(target);
  return HEADER + stringify({ version: FORMAT, targets }, { lineWidth: 0 });
}

/**
 * Read `stack.lock.yaml`. A damaged, merged or newer lock is refused with the place of each
 * problem.
 */
export function parseLock(text: string, file: string): Result<Lock, readonly Diagnostic[]> {
  const conflict = /^(?:<{7}|={7}|>{7})(?: .*)?$/m.exec(text);
  if (conflict !== null) {
    return fail([
      problem({
        text,
        file,
        offset: conflict.index,
        message: "The lock holds conflict markers of a merge.",
        hint: "Take one side (`git checkout --theirs stack.lock.yaml`), then run `qclock lock`.",
      }),
    ]);
  }
  let comparisons = 0;
  const document = parseDocument(text, {
    lineCounter: new LineCounter(),
    prettyErrors: false,
    // Each key is compared with all before it: one that comes too late counts as one of them.
    uniqueKeys: (one, other) =>
      ++comparisons > MOST_COMPARISONS ||
      (isScalar(one) && isScalar(other) && one.value === other.value),
  });
  const [syntax] = document.errors;
  if (syntax !== undefined) {
    const message = `The lock is not valid YAML: ${syntax.message}`;
    return fail([problem({ text, file, offset: syntax.pos[0], message, hint: REPAIR })]);
  }
  const alias = aliasOffset(document);
  if (alias !== undefined) {
    const message = "The lock holds a YAML alias, which qclock never writes.";
    return fail([problem({ text, file, offset: alias, message, hint: REPAIR })]);
  }
  const value: unknown = document.toJS();
  const format = formatProblem(value);
  if (format !== undefined) {
    return fail([problem({ text, file, offset: offsetOf(document, ["version"]), ...format })]);
  }
  const parsed = lockSchema.safeParse(value);
  const lock = parsed.success ? fromFile(parsed.data) : undefined;
  const problems = lock === undefined ? (parsed.error?.issues ?? []) : findLockProblems(lock);
  if (lock !== undefined && problems.length === 0) return ok(lock);
  return fail(
    problems.slice(0, MOST_PROBLEMS).map(({ path, message }) =>
      problem({
        text,
        file,
        offset: offsetOf(document, path),
        message: `The lock is damaged${path.length === 0 ? "" : ` at ${path.join(".")}`}: ${message}.`,
        hint: REPAIR,
      }),
    ),
  );
}

/**
 * What is wrong with the format that a lock says it has: of a newer one all the rest would be wrong
 * as well.
 */
function formatProblem(
  value: unknown,
): { readonly message: string; readonly hint: string } | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const version: unknown = "version" in value ? value.version : undefined;
  if (version === FORMAT) return undefined;
  if (version === 1) {
    return {
      message: `The lock has the format of an earlier qclock, 1, and this one writes ${FORMAT}.`,
      hint: "Make it anew, `rm stack.lock.yaml && qclock lock`, and review the difference: packages may move to newer versions.",
    };
  }
  return typeof version === "number" && Number.isInteger(version) && version > FORMAT
    ? {
        message: `The lock was written by a newer version of qclock: its format is ${version}, and this one reads ${FORMAT}.`,
        hint: "Use the version of qclock that the project uses.",
      }
    : {
        message:
          version === undefined
            ? "The lock does not say which format it has."
            : `The lock says that its format is ${JSON.stringify(version)}, which no version of qclock writes.`,
        hint: REPAIR,
      };
}
