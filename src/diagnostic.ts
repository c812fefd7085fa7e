/**
 * Stable names of what can be wrong with a manifest or another text that the user wrote. Each has a
 * heading in docs/errors.md.
 */
export type DiagnosticCode =
  | "yaml-syntax"
  | "not-utf8"
  | "manifest-too-large"
  | "manifest-too-deep"
  | "yaml-alias"
  | "yaml-tag"
  | "unknown-key"
  | "missing-key"
  | "wrong-type"
  | "invalid-value"
  | "unset-variable"
  | "invalid-interpolation"
  | "variable-sent-away"
  | "env-file-syntax"
  | "duplicate-name"
  | "unknown-image"
  | "unknown-service"
  | "unknown-network"
  | "unknown-volume"
  | "unknown-secret"
  | "unknown-account"
  | "unknown-os"
  | "dependency-cycle"
  | "path-outside-project"
  | "missing-file"
  | "invalid-file"
  | "file-differs"
  | "port-conflict"
  | "inactive-profile"
  | "exception-without-reason"
  | "capability-without-effect"
  | "crlf-line-endings"
  | "not-executable"
  | "dockerfile-syntax"
  | "requirements-syntax"
  | "lock-invalid"
  | "compose-lost"
  | "compose-changed";

/**
 * A place in a text file. Lines and columns count from 1, offsets from 0; `length` is in UTF-16
 * code units, at least 1.
 */
export interface Location {
  /** As shown to the user: relative to the working directory where that is shorter. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly offset: number;
  readonly length: number;
  /** The whole source line, without its line end, for the underline. */
  readonly sourceLine: string;
}

/** Another place that explains a diagnostic, such as one edge of a cycle. */
export interface RelatedLocation {
  readonly message: string;
  readonly location: Location;
}

/**
 * A problem in what the user wrote, tied to the text that causes it. A value, not an exception: all
 * of them are collected.
 */
export interface Diagnostic {
  readonly severity: "error" | "warning";
  readonly code: DiagnosticCode;
  /** One sentence, ending in a full stop. */
  readonly message: string;
  readonly location: Location;
  readonly related: readonly RelatedLocation[];
  readonly hint?: string;
}

/** A place in a text as a diagnostic shows it. */
export function locate(
  text: string,
  { file, offset, length }: Pick<Location, "file" | "offset" | "length">,
): Location {
  const lineStart = text.lastIndexOf("\n", offset - 1) + 1;
  const lineEnd = text.indexOf("\n", lineStart);
  return {
    file,
    line: text.slice(0, lineStart).split("\n").length,
    column: offset - lineStart + 1,
    offset,
    length: Math.max(length, 1),
    sourceLine: text.slice(lineStart, lineEnd === -1 ? undefined : lineEnd).replace(/\r$/u, ""),
  };
}

/** A mistake at one place. */
export function errorAt(
  location: Location,
  code: DiagnosticCode,
  { message, hint }: { readonly message: string; readonly hint?: string | undefined },
): Diagnostic {
  return {
    severity: "error",
    code,
    message,
    location,
    related: [],
    ...(hint === undefined ? {} : { hint }),
  };
}
