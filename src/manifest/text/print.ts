import { stringify } from "yaml";

/**
 * The text of a manifest as YAML that reads as the same manifest again, whatever the environment.
 */
export function printManifest(manifest: object): string {
  const written = mapTexts(manifest, (text) => text.replaceAll("$", "$$$$"));
  return stringify(written, { aliasDuplicateObjects: false, lineWidth: 100 });
}

/** A value with each text in it changed; keys stay. `path` leads to the text. */
export function mapTexts(
  value: unknown,
  change: (text: string, path: readonly (string | number)[]) => string,
  path: readonly (string | number)[] = [],
): unknown {
  if (typeof value === "string") return change(value, path);
  if (Array.isArray(value))
    return value.map((item, index) => mapTexts(item, change, [...path, index]));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, mapTexts(each, change, [...path, key])]),
  );
}
