import type { PackageIndex } from "../../package-index.ts";
import type { LoadedRepository } from "./load-repository.ts";
import { PrimaryReader } from "../metadata/primary-reader.ts";
import { copyOf, fromBytes, toBytes } from "../metadata/safe-text.ts";
import { asCorrupt, readPieces } from "./metadata-file.ts";

/** Of one name; some have packages for four architectures. */
const MOST_TOLD = 20;

/**
 * For which architectures the repositories have those of some packages that an index has for none:
 * it holds those of one architecture alone. The lists are read again only when a name is missing.
 * Throws `package-corrupt`.
 */
export async function foreignArchitectures(
  repositories: readonly Pick<LoadedRepository, "primary">[],
  wanted: { readonly index: PackageIndex; readonly names: readonly string[] },
  { architecture: own, signal }: { readonly architecture: string; readonly signal: AbortSignal },
): Promise<ReadonlyMap<string, readonly string[]>> {
  const { index, names } = wanted;
  const missing = names.filter(
    (name) => index.versions(name).length === 0 && index.providers(name).length === 0,
  );
  const found = new Map(missing.map((name) => [toBytes(name), new Set<string>()]));
  if (found.size === 0) return new Map();
  // Modules hide packages of the image's own, too; sources are never taken.
  const passedOver = new Set([own, "noarch", "src", "nosrc"]);
  const reader = (): PrimaryReader =>
    new PrimaryReader(({ name, architecture }) => {
      const known = passedOver.has(architecture) ? undefined : found.get(name);
      if (known !== undefined && known.size < MOST_TOLD) known.add(copyOf(architecture));
    });
  for (const { primary } of repositories)
    await asCorrupt(primary, signal, () => readPieces(primary, reader(), signal));
  return new Map([...found].map(([name, each]) => [fromBytes(name), [...each].toSorted()]));
}
