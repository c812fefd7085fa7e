import type { Diagnostic } from "../diagnostic.ts";
import type { Note } from "./notes.ts";

/** A note as the user is told it. */
export function noteDiagnostic({ kind, place, message, hint }: Note): Diagnostic {
  return {
    severity: "warning",
    code: kind === "lost" ? "compose-lost" : "compose-changed",
    message,
    location: place,
    related: [],
    ...(hint === undefined ? {} : { hint }),
  };
}
