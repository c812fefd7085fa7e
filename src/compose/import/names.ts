import { nameSchema } from "../../manifest/schema/values.ts";

/**
 * Names of the manifest for those of compose, which may have capital letters and more signs. Each
 * is given once.
 */
export class ManifestNames {
  readonly #given = new Map<string, string>();
  readonly #taken: Set<string>;

  constructor(taken: Iterable<string> = []) {
    this.#taken = new Set(taken);
  }

  /** The name for one of compose, or for something that is told apart by any other text. */
  nameFor(written: string, wanted: string = asName(written)): string {
    const known = this.#given.get(written);
    if (known !== undefined) return known;
    const name = this.free(wanted);
    this.#given.set(written, name);
    return name;
  }

  /** A name that nothing has yet; it is taken then. */
  free(wanted: string): string {
    let name = wanted;
    for (let number = 2; this.#taken.has(name); number++) name = `${wanted}-${number}`;
    this.#taken.add(name);
    return name;
  }
}

/** The nearest name that a manifest takes. */
export function asName(written: string): string {
  if (nameSchema.safeParse(written).success) return written;
  const name = written
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 63)
    .replace(/-+$/, "");
  return name === "" ? "x" : name;
}
