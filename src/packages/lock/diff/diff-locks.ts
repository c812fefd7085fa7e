import { loadFamily } from "../../families.ts";
import type { Lock, LockedRepository, LockTarget } from "../../package.ts";
import type { LockDiff, TargetDiff, RepositoryDiff } from "./lock-diff.ts";
import { type Facts, diffFacts, changeOf, namesOf, type Compared } from "./facts.ts";
import { diffImages } from "./diff-images.ts";

/** Compare two locks. Which of two versions is the newer one, the family of the packages says. */
export async function diffLocks(
  before: Lock | undefined,
  after: Lock | undefined,
): Promise<LockDiff> {
  const from = before?.targets ?? new Map<string, LockTarget>();
  const to = after?.targets ?? new Map<string, LockTarget>();
  const keys = [...new Set([...from.keys(), ...to.keys()])].toSorted();
  const targets: TargetDiff[] = [];
  for (const key of keys) {
    const pair = { from: from.get(key), to: to.get(key) };
    const os = (pair.to ?? pair.from)?.os;
    if (os === undefined) continue;
    const { compareVersions } = await (await loadFamily(os)).rules();
    const diff = diffTargets(key, { ...pair, os, compareVersions });
    if (diff !== undefined) targets.push(diff);
  }
  return { targets };
}

function diffTargets(
  key: string,
  { os, from, to, compareVersions }: Compared<LockTarget> & Pick<TargetDiff, "os">,
): TargetDiff | undefined {
  const names = namesOf(from?.images, to?.images);
  const images = names.flatMap(
    (name) =>
      diffImages(name, {
        from: from?.images.get(name),
        to: to?.images.get(name),
        compareVersions,
      }) ?? [],
  );
  const repositories = diffRepositories(from?.repositories ?? [], to?.repositories ?? []);
  const bothThere = from !== undefined && to !== undefined;
  const otherInputs = bothThere && from.inputs !== to.inputs;
  const otherModules = diffFacts(modulesOf(from), modulesOf(to));
  if (
    bothThere &&
    !otherInputs &&
    otherModules.length === 0 &&
    images.length + repositories.length === 0
  )
    return undefined;
  return {
    os,
    target: key,
    change: changeOf(from, to),
    otherInputs,
    ...(bothThere && otherModules.length > 0
      ? {
          modules: {
            from: (from.modules ?? []).join(", "),
            to: (to.modules ?? []).join(", "),
          },
        }
      : {}),
    repositories,
    images,
  };
}

function modulesOf(target: LockTarget | undefined): Facts {
  return { modules: (target?.modules ?? []).join(", ") };
}

function diffRepositories(
  from: readonly LockedRepository[],
  to: readonly LockedRepository[],
): readonly RepositoryDiff[] {
  const before = new Map(from.map((each) => [each.id, each]));
  const after = new Map(to.map((each) => [each.id, each]));
  return namesOf(before, after).flatMap((id): readonly RepositoryDiff[] => {
    const [one, other] = [before.get(id), after.get(id)];
    if (one === undefined || other === undefined)
      return [{ id, change: changeOf(one, other), other: [] }];
    const facts = diffFacts(repositoryFacts(one), repositoryFacts(other));
    const moved = one.metadataDigest !== other.metadataDigest;
    const resigned = one.signedBy !== other.signedBy;
    if (!moved && !resigned && facts.length === 0) return [];
    return [
      {
        id,
        change: "changed",
        ...(moved ? { release: { from: one.metadataDigest, to: other.metadataDigest } } : {}),
        ...(resigned ? { signedBy: { from: one.signedBy, to: other.signedBy } } : {}),
        // With another release file the indexes are others as well, which goes without saying.
        other: facts
          .filter(({ fact }) => !moved || fact !== "indexes")
          .map((each) => `${each.fact} ${each.from} -> ${each.to}`),
      },
    ];
  });
}

function repositoryFacts({ archive, indexDigests }: LockedRepository): Facts {
  return {
    archive,
    indexes: [...indexDigests].map((pair) => pair.join(" ")).join(", "),
  };
}
