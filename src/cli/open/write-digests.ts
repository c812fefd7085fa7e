import { readFile, realpath, stat, writeFile } from "node:fs/promises";
import { putInPlace } from "../../store/put-in-place.ts";
import type { ManifestFiles } from "./manifest-file.ts";

/**
 * Write references with digests in the place of those with zeros, wherever a manifest's files have
 * them word for word; everything else stays as it is written. A file is replaced whole or not at
 * all. Resolves with the references with zeros that stand nowhere, since variables are in them.
 */
export async function writeDigests(
  { path: first, overrides }: Pick<ManifestFiles, "path" | "overrides">,
  digests: ReadonlyMap<string, string>,
): Promise<readonly string[]> {
  const written = new Set<string>();
  for (const file of [first, ...overrides]) {
    // Where a link leads: the link itself is not to become a file.
    const target = await realpath(file);
    const before = await readFile(target, "utf8");
    let text = before;
    for (const [missing, found] of digests) {
      // The end of a longer reference is another image's.
      const whole = new RegExp(
        String.raw`(?<![\w./:@-])${missing.replaceAll(/[^\w@:/-]/g, String.raw`\$&`)}`,
        "g",
      );
      if (!whole.test(text)) continue;
      written.add(missing);
      text = text.replaceAll(whole, () => found);
    }
    if (text === before) continue;
    const { mode } = await stat(target);
    await putInPlace(target, (temporary) => writeFile(temporary, text, { mode, flush: true }));
  }
  return [...digests.keys()].filter((missing) => !written.has(missing));
}
