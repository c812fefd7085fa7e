import type { Reason } from "./package.ts";

/** A reason in words: `requested`, `essential`, or `apache2 needs libapr1 (>= 1.7)`. */
export function formatReason(reason: Reason): string {
  return reason.type === "dependency" ? `${reason.of} needs ${reason.relation}` : reason.type;
}

/** What `formatReason` wrote. */
export function parseReason(text: string): Reason {
  const match = /^(\S+) needs (.*)$/.exec(text);
  if (match === null) return { type: text === "essential" ? "essential" : "requested" };
  const [, of = "", relation = ""] = match;
  return { type: "dependency", of, relation };
}
