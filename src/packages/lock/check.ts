import type { Lock, LockTarget } from "../package.ts";
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
  const all = new Set(
    [...images.values()].flatMap((image) => image.packages.map(({ name }) => name)),
  );
  problems.push(...checkWheels(images));
  for (const [image, { packages }] of images) {
    const names = new Set<string>();
    for (const [index, { name, repository, reasons }] of packages.entries()) {
      const path = ["images", image, "packages", index];
      if (names.has(name))
        problems.push({ path: [...path, "name"], message: `holds "${name}" a second time` });
      names.add(name);
      if (!ids.has(repository)) {
        const message = `${name} is from "${repository}", which is not among the repositories`;
        problems.push({ path: [...path, "repository"], message });
      }
      for (const [place, reason] of reasons.entries()) {
        if (reason.type !== "dependency" || all.has(reason.of)) continue;
        const message = `${name} is there because of "${reason.of}", which no image holds`;
        problems.push({ path: [...path, "reasons", place], message });
      }
    }
  }
  return problems;
}

function checkWheels(images: LockTarget["images"]): readonly LockProblem[] {
  const problems: LockProblem[] = [];
  const all = new Set(
    [...images.values()].flatMap(({ wheels }) => wheels?.files.map(({ name }) => name) ?? []),
  );
  for (const [image, { wheels }] of images) {
    const names = new Set<string>();
    for (const [index, wheel] of (wheels?.files ?? []).entries()) {
      const { name, version, file, reasons } = wheel;
      const path = ["images", image, "wheels", "files", index];
      if (names.has(name))
        problems.push({ path: [...path, "name"], message: `holds "${name}" a second time` });
      names.add(name);
      if (!isNamedFor(wheel)) {
        const message = `${file} is no wheel of ${name} ${version}`;
        problems.push({ path: [...path, "file"], message });
      }
      for (const [place, reason] of reasons.entries()) {
        if (reason.type !== "dependency" || all.has(reason.of)) continue;
        const message = `${name} is there because of "${reason.of}", which no image holds`;
        problems.push({ path: [...path, "reasons", place], message });
      }
    }
  }
  return problems;
}
