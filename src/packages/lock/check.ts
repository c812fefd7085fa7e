import type { Architecture } from "../../os.ts";
import type { Lock, LockedPackage, LockTarget } from "../package.ts";
import { isNamedFor } from "../wheels/named-for.ts";

/** Something that a lock says and that cannot be, with the path of keys to it. */
export interface LockProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/**
 * What a lock of the right form still gets wrong: qclock never writes such a thing, so that
 * somebody edited or merged it by hand.
 */
export function findLockProblems(lock: Lock): readonly LockProblem[] {
  return [...lock.targets].flatMap(([key, target]) =>
    checkTarget(key, target).map(({ path, message }) => ({
      path: ["targets", key, ...path],
      message,
    })),
  );
}

/** What packages for a machine say that they are for, in all families. */
const PACKAGES_FOR: Readonly<Record<Architecture, readonly string[]>> = {
  amd64: ["amd64", "all", "x86_64", "noarch"],
  arm64: ["arm64", "all", "aarch64", "noarch"],
};

function checkTarget(key: string, target: LockTarget): readonly LockProblem[] {
  const { os, architecture, repositories, images } = target;
  const problems: LockProblem[] = [];
  if (key !== `${os}/${architecture}`) {
    problems.push({ path: [], message: `is for ${os}/${architecture} but stands under ${key}` });
  }
  const ids = new Set<string>();
  for (const [index, { id }] of repositories.entries()) {
    if (ids.has(id))
      problems.push({
        path: ["repositories", index, "id"],
        message: `names "${id}" a second time`,
      });
    ids.add(id);
  }
  const packages = new Map([...images].map(([image, { packages: own }]) => [image, own]));
  const wheels = new Map([...images].map(([image, each]) => [image, each.wheels?.files ?? []]));
  return [
    ...problems,
    ...checkEntries(wheels, ["wheels", "files"], (wheel) => {
      const { name, version, file } = wheel;
      if (isNamedFor(wheel)) return [];
      return [{ path: ["file"], message: `${file} is no wheel of ${name} ${version}` }];
    }),
    ...checkEntries(packages, ["packages"], (entry) => {
      const { name, repository } = entry;
      const found: LockProblem[] = [];
      if (!PACKAGES_FOR[architecture].includes(entry.architecture)) {
        const message = `${name} is for ${entry.architecture}, not for ${architecture}`;
        found.push({ path: ["architecture"], message });
      }
      if (!ids.has(repository)) {
        const message = `${name} is from "${repository}", which is not among the repositories`;
        found.push({ path: ["repository"], message });
      }
      return found;
    }),
  ];
}

/** The packages or the wheels of all images: `check` says what else is wrong with one. */
function checkEntries<Entry extends Pick<LockedPackage, "name" | "reasons">>(
  byImage: ReadonlyMap<string, readonly Entry[]>,
  at: LockProblem["path"],
  check: (entry: Entry) => readonly LockProblem[],
): readonly LockProblem[] {
  const all = new Set([...byImage.values()].flatMap((own) => own.map(({ name }) => name)));
  return [...byImage].flatMap(([image, entries]) => {
    const names = new Set<string>();
    return entries.flatMap((entry, index) => {
      const { name, reasons } = entry;
      const problems: LockProblem[] = [];
      if (names.has(name))
        problems.push({ path: ["name"], message: `holds "${name}" a second time` });
      names.add(name);
      problems.push(...check(entry));
      for (const [place, reason] of reasons.entries()) {
        if (reason.type !== "dependency" || all.has(reason.of)) continue;
        const message = `${name} is there because of "${reason.of}", which no image holds`;
        problems.push({ path: ["reasons", place], message });
      }
      const path = ["images", image, ...at, index];
      return problems.map((found) => ({ ...found, path: [...path, ...found.path] }));
    });
  });
}
