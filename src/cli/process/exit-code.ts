import type { ErrorCode } from "../../error.ts";
import type { RunReport } from "../../run/execution/event.ts";

/**
 * Exit codes that have no error of their own. The whole list, with words, is `qclock help
 * exit-codes`.
 */
export const exitCodes = {
  done: 0,
  /** A standard stream that could not be written. */
  unwritable: 1,
  invalid: 2,
  blocked: 3,
  changesPending: 7,
  bug: 70,
  deadline: 124,
  interrupted: 130,
  terminated: 143,
} as const;

const byError: Readonly<Record<ErrorCode, number>> = {
  usage: 2,
  "output-unwritable": 1,
  "manifest-invalid": 2,
  "manifest-not-found": 2,
  "path-outside-project": 2,
  "unknown-package": 2,
  "unresolvable-packages": 1,
  "package-conflict": 1,
  "file-conflict": 1,
  "lock-outdated": 1,
  "lock-invalid": 2,
  "mirror-unreachable": 4,
  "mirror-not-configured": 2,
  "signature-invalid": 1,
  "digest-mismatch": 1,
  "package-vanished": 4,
  "package-unproved": 1,
  "package-corrupt": 1,
  "bundle-invalid": 1,
  "artifact-unreachable": 4,
  "artifact-corrupt": 1,
  "index-unreachable": 4,
  "wheel-unavailable": 1,
  "requirements-unmet": 1,
  "wheel-corrupt": 1,
  "missing-interpreter": 1,
  "missing-library": 1,
  "missing-account": 1,
  "script-undone": 1,
  "script-failed": 1,
  "wrong-architecture": 1,
  "disk-full": 1,
  offline: 4,
  "store-unusable": 1,
  "store-damaged": 1,
  "engine-unreachable": 4,
  "engine-silent": 4,
  "engine-refused": 4,
  "engine-too-old": 6,
  "engine-platform": 6,
  "engine-failed": 1,
  "engine-install-failed": 4,
  "build-failed": 1,
  "load-failed": 1,
  "pull-failed": 1,
  "foreign-object": 1,
  "foreign-volume": 9,
  "external-missing": 1,
  "port-in-use": 1,
  "container-missing": 1,
  "container-exited": 1,
  "probe-failed": 1,
  "job-failed": 1,
  "stack-locked": 5,
  "would-lose-data": 9,
  "copy-failed": 1,
  "service-not-found": 2,
  "deadline-exceeded": 124,
  interrupted: 130,
};

/** The exit code of a failure. */
export function exitCodeOfError(code: ErrorCode): number {
  return byError[code];
}

/**
 * The exit code of a run: of the first step that failed, since the later ones may well follow from
 * it.
 */
export function exitCodeOfReport(report: RunReport): number {
  for (const { outcome } of report.nodes) {
    if (outcome.status === "failed") return exitCodeOfError(outcome.error.code);
  }
  switch (report.status) {
    case "succeeded":
      return exitCodes.done;
    case "aborted":
      return exitCodes.interrupted;
    case "failed":
      return 1;
    default:
      return report.status satisfies never;
  }
}
