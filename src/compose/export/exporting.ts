import type { Location } from "../../diagnostic.ts";
import type { Stack } from "../../stack/stack.ts";
import type { ManifestValue } from "../manifest-value.ts";
import type { Notes } from "../notes.ts";

/** One export: what is written, and where what has no counterpart is told. */
export interface Exporting {
  readonly stack: Stack;
  readonly notes: Notes;
  /** Absolute path of the folder that the compose file's paths are relative to. */
  readonly directory: string;
  /** Name in the Engine of the volume with the files of a service's secrets. */
  readonly secretsVolumeOf: (service: string) => string;
  /** Values that are secrets, with the variables that hold them: these stay variables. */
  readonly secretVariables: ReadonlyMap<string, string>;
}

/** A text as compose reads it: a dollar sign doubled, and what is secret by its variable. */
export function escapeText(text: string, { secretVariables }: Exporting): string {
  let escaped = text.replaceAll("$", "$$$$");
  // The longest first: one that begins another would leave the rest of it readable.
  const byLength = [...secretVariables].toSorted(([a], [b]) => b.length - a.length);
  for (const [value, name] of byLength)
    escaped = escaped.replaceAll(value.replaceAll("$", "$$$$"), () => `\${${name}}`);
  return escaped;
}

/** A list of texts, escaped. */
export function escapeList(texts: readonly string[], exporting: Exporting): readonly string[] {
  return texts.map((text) => escapeText(text, exporting));
}

/** A map of texts, its values escaped. */
export function escapePairs(
  pairs: Iterable<readonly [string, string]>,
  exporting: Exporting,
): ManifestValue {
  return Object.fromEntries(
    [...pairs].map(([name, value]) => [name, escapeText(value, exporting)]),
  );
}

/** A duration as compose writes it. */
export function durationText(ms: number): string {
  return ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`;
}

/** The place of something in the manifest, by its key of `Stack.locations`. */
export function placeOf(key: string, { locations, manifestPath }: Stack): Location {
  const nowhere: Location = {
    file: manifestPath,
    line: 1,
    column: 1,
    offset: 0,
    length: 1,
    sourceLine: "",
  };
  for (let at = key; at !== ""; at = at.slice(0, Math.max(at.lastIndexOf("."), 0))) {
    const found = locations.get(at);
    if (found !== undefined) return found;
  }
  return nowhere;
}
