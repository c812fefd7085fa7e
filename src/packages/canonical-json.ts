import { createHash } from "node:crypto";
import type { Digest } from "../stack/stack.ts";

/** JSON with sorted keys and no white space; maps become objects. The same value always gives the same text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => {
    const plain = inner instanceof Map ? Object.fromEntries(inner) : inner;
    if (typeof plain !== "object" || plain === null || Array.isArray(plain)) return plain;
    return Object.fromEntries(
      Object.entries(plain).toSorted(([a], [b]) => (a < b ? -1 : Number(a > b))),
    );
  });
}

/** Digest of a value's canonical JSON. */
export function digestOf(value: unknown): Digest {
  return `sha256:${createHash("sha256").update(canonicalJson(value)).digest("hex")}`;
}
