import { nameSchema } from "../schema/values.ts";

/** What a stack's name must be, when this one is not; undefined for a good one. */
export function problemOfStackName(name: string): string | undefined {
  const parsed = nameSchema.safeParse(name);
  return parsed.success ? undefined : parsed.error.issues[0]?.message;
}

/**
 * A text as the name of a stack: itself where it is one, else the nearest, such as `my-shop` for
 * `My Shop!`. Undefined when nothing of it can be in a name.
 */
export function toStackName(text: string): string | undefined {
  if (problemOfStackName(text) === undefined) return text;
  const name = text
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replace(/^-/, "")
    .slice(0, 63)
    .replace(/-$/, "");
  return name === "" ? undefined : name;
}
