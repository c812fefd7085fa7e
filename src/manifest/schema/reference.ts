import * as z from "zod";
import { nameOnly, pinned, tagOnly } from "./reference-grammar.ts";

/** A reference of an image in a registry, pinned by its digest. */
export const pinnedReferenceSchema = z
  .string()
  .regex(pinned, { error: ({ input }) => wordingFor(typeof input === "string" ? input : "") });

const wanted = "a reference pinned by digest: `registry.example/name:tag@sha256:…`";

/** What is wrong with a reference, as the end of the sentence "X must be …". */
function wordingFor(reference: string): string {
  if (/^[a-z]+:\/\//i.test(reference)) {
    return "a reference without `https://`, such as `registry.example/name:tag@sha256:…`";
  }
  const [front = "", ...digests] = reference.split("@");
  if (digests.length === 0) return wanted;
  const [, path = "", tagged] = /^(.*?)(?::([^/]*))?$/s.exec(front) ?? [];
  if (tagged !== undefined && !tagOnly.test(tagged)) {
    return "a reference whose tag has letters, digits, `_`, `.` and `-` only, at most 128";
  }
  if (!nameOnly.test(path)) {
    return /[A-Z]/.test(path) && nameOnly.test(path.toLowerCase())
      ? "a reference whose name is in lower case"
      : "a reference whose name has lower-case letters and digits, with `.`, `_` or `-` between them";
  }
  return digests[0]?.startsWith("sha256:") === true
    ? "a reference whose digest is `sha256:` and 64 hexadecimal digits in lower case"
    : wanted;
}
