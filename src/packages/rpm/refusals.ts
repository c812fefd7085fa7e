import { QclockError } from "../../error.ts";
import type { PackageId } from "../package.ts";

/** A package whose file is damaged or no package. */
export function corrupt(
  expected: PackageId,
  why: string,
  options: { readonly cause?: unknown } = {},
): QclockError {
  return new QclockError("package-corrupt", `${title(expected)} is damaged: ${why}.`, {
    ...options,
    hint: "Nothing of it was used. Try again or another mirror; a proxy that rewrites files is the usual cause.",
  });
}

/** A package that is not what a trusted key signed. */
export function refused(
  expected: PackageId,
  why: string,
  details: readonly string[] = [],
): QclockError {
  return new QclockError("signature-invalid", `${title(expected)} is refused: ${why}.`, {
    details,
    hint: "Somebody changed the package. Nothing of it was used. Try another mirror.",
  });
}

/** A package that no trusted key signed, by the fingerprints of the trusted ones. */
export function refusedAsUntrusted(
  expected: PackageId,
  why: string,
  found: { readonly trusted: readonly string[]; readonly reasons: readonly string[] },
): QclockError {
  return new QclockError("signature-invalid", `${title(expected)} is refused: ${why}.`, {
    details: [`Expected: a signature of key ${found.trusted.join(" or ")}`, ...found.reasons],
    hint: "Nothing of it was used. Try another mirror. If this one signs packages itself, name its key, a file of the project, under `keys` in the manifest; for a bundle, `qclock bundle load --key FILE` does.",
  });
}

function title({ name, version, architecture }: PackageId): string {
  return `${name} ${version} (${architecture})`;
}
