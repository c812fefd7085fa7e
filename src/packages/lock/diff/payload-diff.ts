import { byName, byPath } from "../../../order.ts";
import type { Digest } from "../../../digest.ts";
import type { ImageDiff, LockDiff, MovedPackage } from "./lock-diff.ts";
import type { LockedPackage, PackageId } from "../../package.ts";
import type { Payload, SetuidFile } from "./payload.ts";

/** What the payloads of the packages add to a difference between two locks. */
export interface PayloadDiff {
  readonly images: readonly ImagePayloadDiff[];
  /**
   * Packages that are new or newer and could not be looked into: they may bring anything. Each
   * once, sorted.
   */
  readonly notLookedInto: readonly LockedPackage[];
}

export interface ImagePayloadDiff {
  readonly target: string;
  readonly image: string;
  readonly newSetuid: readonly NewSetuidFile[];
  /**
   * How much more the packages take when installed; absent where a package that counts does not
   * say.
   */
  readonly installedBytes?: number;
}

export interface NewSetuidFile extends SetuidFile {
  readonly package: PackageId;
  /** `new` file or bits; `unknown` where the former version could not be looked into. */
  readonly since: "new" | "unknown";
}

/** Put what was read of the packages beside the difference. */
export function diffPayloads(diff: LockDiff, payloads: ReadonlyMap<Digest, Payload>): PayloadDiff {
  const images: ImagePayloadDiff[] = [];
  const notLookedInto = new Map<Digest, LockedPackage>();
  for (const { target, images: imageDiffs } of diff.targets) {
    for (const image of imageDiffs) {
      for (const entry of [...image.added, ...image.moved.map(({ to }) => to)]) {
        if (payloads.get(entry.digest)?.setuid === undefined)
          notLookedInto.set(entry.digest, entry);
      }
      const installedBytes = installedChange(image, payloads);
      images.push({
        target,
        image: image.image,
        newSetuid: newSetuid(image, payloads),
        ...(installedBytes === undefined ? {} : { installedBytes }),
      });
    }
  }
  return {
    images,
    notLookedInto: [...notLookedInto.values()].toSorted(byName),
  };
}

function newSetuid(
  { added, moved }: ImageDiff,
  payloads: ReadonlyMap<Digest, Payload>,
): readonly NewSetuidFile[] {
  const found = [
    ...added.flatMap((to) => newIn({ to, former: [] }, payloads)),
    ...moved.flatMap(({ from, to }: MovedPackage) =>
      newIn({ to, former: payloads.get(from.digest)?.setuid }, payloads),
    ),
  ];
  return found.toSorted(byPath);
}

function newIn(
  {
    to,
    former,
  }: { readonly to: LockedPackage; readonly former: readonly SetuidFile[] | undefined },
  payloads: ReadonlyMap<Digest, Payload>,
): readonly NewSetuidFile[] {
  const { name, version, architecture } = to;
  const known = new Set(former?.map(identityOf));
  return (payloads.get(to.digest)?.setuid ?? [])
    .filter((file) => !known.has(identityOf(file)))
    .map((file) => ({
      ...file,
      package: { name, version, architecture },
      since: former === undefined ? "unknown" : "new",
    }));
}

function identityOf({ path, mode, uid, gid }: SetuidFile): string {
  return `${path} ${mode} ${uid} ${gid}`;
}

function installedChange(
  { added, removed, moved }: ImageDiff,
  payloads: ReadonlyMap<Digest, Payload>,
): number | undefined {
  let sum = 0;
  const count = (entries: readonly LockedPackage[], sign: 1 | -1): boolean =>
    entries.every(({ digest }) => {
      const bytes = payloads.get(digest)?.installedBytes;
      sum += sign * (bytes ?? 0);
      return bytes !== undefined;
    });
  const isKnown =
    count([...added, ...moved.map(({ to }) => to)], 1) &&
    count([...removed, ...moved.map(({ from }) => from)], -1);
  return isKnown ? sum : undefined;
}
