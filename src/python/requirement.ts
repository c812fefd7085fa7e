import { type Marker, parseMarker } from "./marker.ts";
import { nameAtStart, normalizeName } from "./name.ts";
import { parseSpecifiers, type Specifier } from "./specifier.ts";

/** What a project asks for, as `uvicorn[standard]>=0.20; python_version > "3.8"`. */
export interface Requirement {
  /** Normalised. */
  readonly name: string;
  /** Normalised, sorted. */
  readonly extras: readonly string[];
  readonly specifiers: readonly Specifier[];
  /** Of one that names a place instead of versions: `name @ https://…`. */
  readonly url?: string;
  readonly marker?: Marker;
  /** The text of the marker. */
  readonly markerText?: string;
}

/**
 * Throws an `Error` that says, as a clause, why a text is no requirement. Source: the packaging
 * specifications, "Dependency specifiers" (PEP 508).
 */
export function parseRequirement(text: string): Requirement {
  let rest = text.trim();
  const [written] = nameAtStart.exec(rest) ?? [];
  if (written === undefined) throw new Error("it does not begin with a project's name");
  rest = rest.slice(written.length).trimStart();
  const name = normalizeName(written);
  let extras: readonly string[] = [];
  if (rest.startsWith("[")) {
    const end = rest.indexOf("]");
    if (end === -1) throw new Error("the bracket of its extras is not closed");
    extras = parseExtras(rest.slice(1, end));
    rest = rest.slice(end + 1).trimStart();
  }
  if (rest.startsWith("@")) {
    // A semicolon is a part of the URL unless a space stands before it.
    const place = rest.slice(1).trimStart();
    const [, url = "", condition] = /^(\S+)(?:\s+;(.*))?$/s.exec(place) ?? [];
    if (url === "") throw new Error('"@" is not followed by a URL');
    return { name, extras, specifiers: [], url, ...markerOf(condition) };
  }
  const semicolon = rest.indexOf(";");
  const versions = (semicolon === -1 ? rest : rest.slice(0, semicolon)).trim();
  const bare =
    versions.startsWith("(") && versions.endsWith(")") ? versions.slice(1, -1) : versions;
  const specifiers = parseSpecifiers(bare);
  if (specifiers === undefined) throw new Error(`"${bare}" is no version specifier`);
  return {
    name,
    extras,
    specifiers,
    ...markerOf(semicolon === -1 ? undefined : rest.slice(semicolon + 1)),
  };
}

function markerOf(text: string | undefined): Pick<Requirement, "marker" | "markerText"> {
  if (text === undefined) return {};
  return { marker: parseMarker(text), markerText: text.trim() };
}

function parseExtras(text: string): readonly string[] {
  if (text.trim() === "") return [];
  const extras = text.split(",").map((part) => {
    const extra = part.trim();
    if (nameAtStart.exec(extra)?.[0] !== extra) throw new Error(`"${extra}" is no extra's name`);
    return normalizeName(extra);
  });
  return [...new Set(extras)].toSorted();
}
