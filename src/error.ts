/**
 * Stable names of what can fail in the world. Each has a heading in docs/errors.md and an exit code
 * in cli/exit-code.ts.
 */
export type ErrorCode =
  | "usage"
  | "output-unwritable"
  | "manifest-invalid"
  | "manifest-not-found"
  | "path-outside-project"
  | "unknown-package"
  | "unresolvable-packages"
  | "package-conflict"
  | "file-conflict"
  | "lock-outdated"
  | "lock-invalid"
  | "mirror-unreachable"
  | "mirror-not-configured"
  | "signature-invalid"
  | "digest-mismatch"
  | "package-vanished"
  | "package-unproved"
  | "package-corrupt"
  | "bundle-invalid"
  | "artifact-unreachable"
  | "artifact-corrupt"
  | "index-unreachable"
  | "wheel-unavailable"
  | "requirements-unmet"
  | "wheel-corrupt"
  | "missing-interpreter"
  | "missing-library"
  | "missing-account"
  | "script-undone"
  | "script-failed"
  | "wrong-architecture"
  | "disk-full"
  | "offline"
  | "store-unusable"
  | "store-damaged"
  | "engine-unreachable"
  | "engine-silent"
  | "engine-refused"
  | "engine-too-old"
  | "engine-platform"
  | "engine-failed"
  | "engine-install-failed"
  | "build-failed"
  | "load-failed"
  | "pull-failed"
  | "foreign-object"
  | "foreign-volume"
  | "external-missing"
  | "port-in-use"
  | "container-missing"
  | "container-exited"
  | "probe-failed"
  | "job-failed"
  | "stack-locked"
  | "would-lose-data"
  | "copy-failed"
  | "service-not-found"
  | "deadline-exceeded"
  | "interrupted";

export interface QclockErrorOptions extends ErrorOptions {
  /** One sentence that tells the user what to do next. */
  readonly hint?: string | undefined;
  /** Further lines for the reader: the last log lines, the candidates, the places tried. */
  readonly details?: readonly string[] | undefined;
}

/** An expected failure of the world, shown without a stack trace. Any other exception is a bug. */
export class QclockError extends Error {
  override readonly name = "QclockError";
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly details: readonly string[];

  constructor(code: ErrorCode, message: string, options: QclockErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.details = options.details ?? [];
  }
}
