import {
  type BundleDocument,
  invalid,
  isFileEntry,
  LOCK_NAME,
  pathInProject,
} from "../../image/bundle/document.ts";
import type { LockedPackage } from "../../packages/package.ts";
import { openBundle } from "../../image/bundle/read.ts";
import { checkContents } from "./check.ts";
import { readBundledLock } from "./lock.ts";

/**
 * What is in a bundle, by its head and its lock. The rest is not read, so that it is told at once.
 */
export interface BundleList {
  readonly stack: string;
  /** Of the qclock that wrote it. */
  readonly version: string;
  readonly files: number;
  readonly sizeBytes: number;
  readonly targets: readonly {
    readonly target: string;
    readonly packages: readonly {
      readonly image: string;
      readonly name: string;
      readonly version: string;
      readonly architecture: string;
      readonly sizeBytes: number;
      readonly digest: string;
    }[];
    readonly packageBytes: number;
    /** The release files that are to vouch for the packages. Nothing of this is checked here. */
    readonly signatures: readonly {
      readonly suite: string;
      /** Fingerprint of the key that is said to have signed it. */
      readonly claimedKey: string;
      readonly release: string;
      readonly asLocked: boolean;
    }[];
    /** Fingerprints of the keys that packages are said to be signed by themselves, sorted. */
    readonly packagesClaim: readonly string[];
  }[];
  readonly images: readonly {
    readonly name: string;
    readonly reference: string;
    /** Key of the lock's target that it is made from, such as `debian-12/arm64`. */
    readonly target: string;
    readonly id: string;
    readonly sizeBytes: number;
  }[];
  /** The manifest's name and how many files come with it; absent when the bundle holds none. */
  readonly manifest?: { readonly name: string; readonly files: number };
}

/** Read the beginning of a bundle. Throws `bundle-invalid`. */
export async function listBundle(
  source: AsyncIterable<Uint8Array>,
  name: string,
): Promise<BundleList> {
  await using bundle = await openBundle(source, name);
  const { document } = bundle;
  for await (const { entry, content } of bundle.files()) {
    if (entry.path !== LOCK_NAME) break;
    const lock = await readBundledLock(content, name);
    checkContents(document, lock, name);
    const files = document.entries.filter(isFileEntry);
    return {
      stack: document.stack,
      version: document.version,
      files: files.length,
      sizeBytes: files.reduce((sum, { size }) => sum + size, 0),
      targets: document.targets.map(({ target, evidence }) => {
        const images = [...(lock.targets.get(target)?.images ?? [])];
        const packages = images.flatMap(([image, locked]) =>
          locked.packages.map((each) => ({
            image,
            name: each.name,
            version: each.version,
            architecture: each.architecture,
            sizeBytes: each.sizeBytes,
            digest: each.digest,
          })),
        );
        return {
          target,
          packages,
          packageBytes: totalOf(packages),
          signatures: evidence.map(({ suite, signedBy, release, asLocked }) => ({
            suite,
            claimedKey: signedBy,
            release,
            asLocked,
          })),
          packagesClaim: packageKeysOf(images.flatMap(([, { packages: each }]) => each)),
        };
      }),
      images: document.images.map((image) => ({
        name: image.name,
        reference: image.reference,
        target: image.target,
        id: image.config,
        sizeBytes: image.layers.reduce((total, { size }) => total + size, 0),
      })),
      ...manifestOf(document),
    };
  }
  throw invalid(name, "it has no lock");
}

function manifestOf({ manifest, entries }: BundleDocument): Pick<BundleList, "manifest"> {
  if (manifest === undefined) return {};
  const files = entries.filter((entry) => pathInProject(entry) !== undefined).length;
  return { manifest: { name: manifest, files } };
}

function packageKeysOf(packages: readonly Pick<LockedPackage, "signedBy">[]): readonly string[] {
  return [...new Set(packages.flatMap(({ signedBy }) => signedBy ?? []))].toSorted();
}

function totalOf(packages: readonly { readonly sizeBytes: number }[]): number {
  return packages.reduce((total, { sizeBytes }) => total + sizeBytes, 0);
}
