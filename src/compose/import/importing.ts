import path from "node:path";
import { isInside } from "../../stack/values.ts";
import type { ManifestPath, Notes } from "../notes.ts";
import type { ComposeProblems } from "../read/problems.ts";
import type { ComposeVariables } from "../read/variables.ts";
import type { Written } from "../read/written.ts";
import type { ManifestMap } from "../manifest-value.ts";

/** One import: what is read, and where things that cannot be taken over are told. */
export interface Importing {
  readonly root: Written;
  readonly variables: ComposeVariables;
  readonly notes: Notes;
  readonly problems: ComposeProblems;
  /** Absolute path of the folder of the manifest: the project. */
  readonly directory: string;
  /** Whether something is at an absolute path. */
  readonly exists: (file: string) => boolean;
}

/**
 * A single value as the manifest has it: variables stay, and those that are not set get the empty
 * default that they have in compose. Undefined where there is no single value.
 */
export function keepText(
  value: Written,
  at: ManifestPath,
  { variables, notes, problems }: Importing,
): string | undefined {
  const { text } = value;
  if (text === undefined) {
    if (!value.isEmpty)
      problems.addWrongType(value, { what: nameOf(at), wanted: "a single value" });
    return undefined;
  }
  const invalid = variables.invalidIn(text);
  if (invalid !== undefined) {
    problems.add(value.place, "invalid-interpolation", {
      message: invalid,
      hint: "Write ${NAME} or ${NAME:-default}; a plain dollar sign is $$.",
    });
  }
  const { text: kept, unset } = variables.keep(text);
  for (const name of new Set(unset)) {
    notes.changed(value.place, {
      at,
      what: "variables that are not set",
      message: `Variable ${name} is not set now; as in compose it is empty then.`,
      hint: `Set it in .env, or write \${${name}:-default}.`,
    });
  }
  return kept;
}

/**
 * True or false as compose takes it, which casts texts and what variables give
 * (compose-go, interpolation and yaml casts). Undefined for anything else.
 */
export function truthOf(
  value: Written | undefined,
  { variables }: Pick<Importing, "variables">,
): boolean | undefined {
  if (value === undefined || typeof value.value === "boolean") return value?.value === true;
  const text = variables.valueOf(value.text ?? "").toLowerCase();
  if (/^(?:1|t|true|y|yes|on)$/.test(text)) return true;
  return /^(?:|0|f|false|n|no|off)$/.test(text) ? false : undefined;
}

/** A number, true or false as it is; a text as `keepText` gives it. */
export function keepValue(
  value: Written,
  at: ManifestPath,
  importing: Importing,
): string | number | boolean | undefined {
  const plain = value.value;
  if (typeof plain === "number" || typeof plain === "boolean") return plain;
  return keepText(value, at, importing);
}

/** A list of single values; one single value counts as a list of one. */
export function keepList(
  value: Written,
  at: ManifestPath,
  importing: Importing,
): readonly string[] {
  if (value.kind === "map") {
    importing.problems.addWrongType(value, { what: nameOf(at), wanted: "a list" });
    return [];
  }
  const items = value.kind === "list" ? value.items : [value];
  return items.flatMap((item) => keepText(item, at, importing) ?? []);
}

/**
 * Names with values, written as a map or as a list of `NAME=value`. A name without a value has that
 * of the environment in which compose runs.
 */
export function keepPairs(value: Written, at: ManifestPath, importing: Importing): ManifestMap {
  // A map of JavaScript would take a variable named `__proto__` for something else.
  const pairs = new Map<string, string>();
  const inherit = (name: string, place: Written): void => {
    importing.notes.changed(place.place, {
      at,
      what: "variables passed on",
      message: `${name} is passed on from the environment; where it is not set it is empty and not missing.`,
    });
    pairs.set(name, `\${${name}-}`);
  };
  if (value.kind === "map") {
    for (const { name, value: each } of value.entries) {
      if (each.isEmpty) inherit(name, each);
      else pairs.set(name, keepText(each, at, importing) ?? "");
    }
    return Object.fromEntries(pairs);
  }
  for (const item of keepItems(value, at, importing)) {
    const text = keepText(item, at, importing) ?? "";
    const equals = text.indexOf("=");
    if (equals === -1) inherit(text, item);
    else pairs.set(text.slice(0, equals), text.slice(equals + 1));
  }
  return Object.fromEntries(pairs);
}

/** Labels: as `keepPairs`, but a name without a value has an empty one. */
export function keepLabels(value: Written, at: ManifestPath, importing: Importing): ManifestMap {
  const pairs = new Map<string, string>();
  if (value.kind === "map") {
    for (const { name, value: each } of value.entries)
      pairs.set(name, keepText(each, at, importing) ?? "");
    return Object.fromEntries(pairs);
  }
  for (const item of keepItems(value, at, importing)) {
    const text = keepText(item, at, importing) ?? "";
    const equals = text.indexOf("=");
    if (equals === -1) pairs.set(text, "");
    else pairs.set(text.slice(0, equals), text.slice(equals + 1));
  }
  return Object.fromEntries(pairs);
}

/** Items of a list; anything else is a problem. */
export function keepItems(
  value: Written,
  at: ManifestPath,
  { problems }: Importing,
): readonly Written[] {
  if (value.kind !== "list") problems.addWrongType(value, { what: nameOf(at), wanted: "a list" });
  return value.items;
}

/**
 * A path that a compose file names, relative to the manifest's folder. One outside of that is a
 * problem, since a manifest's paths stay below it. Undefined then.
 */
export function keepPath(
  value: Written,
  at: ManifestPath,
  importing: Importing,
): string | undefined {
  const { variables, directory, problems } = importing;
  const written = value.text ?? "";
  const absolute = path.resolve(value.file.directory, variables.valueOf(written));
  if (!isInside(directory, absolute)) {
    problems.add(value.place, "path-outside-project", {
      message: `"${written}" lies outside of ${directory}, which is the manifest's folder.`,
      hint: "Write the manifest to a folder above both with --output, or move what it names below it.",
    });
    return undefined;
  }
  if (variables.isTemplate(written) && value.file.directory === directory)
    return keepText(value, at, importing);
  return relativePath(directory, absolute);
}

/** A path below a folder, beginning with `./` so that it is none of a volume. */
export function relativePath(directory: string, absolute: string): string {
  const relative = path.relative(directory, absolute);
  return relative === "" ? "." : `./${relative}`;
}

function nameOf(at: ManifestPath): string {
  return `\`${at.at(-1) ?? ""}\``;
}
