import { QclockError } from "../../error.ts";
import { nearest } from "../../nearest.ts";
import { normalizeName } from "../../python/name.ts";
import type { LockTarget } from "../package.ts";

/** The names of all packages of a target, sorted. */
export function lockedNames(target: LockTarget): readonly string[] {
  const names = [...target.images.values()].flatMap((image) =>
    image.packages.map(({ name }) => name),
  );
  return [...new Set(names)].toSorted();
}

/** Throws `unknown-package` for names that no image of the lock holds. */
export function refuseUnknown(names: ReadonlySet<string>, target: LockTarget | undefined): void {
  if (target === undefined) {
    throw new QclockError("lock-outdated", "There is no lock of which packages could be moved.", {
      hint: "Make it with `qclock lock`.",
    });
  }
  const known = lockedNames(target);
  const unknown = [...names].filter((name) => !known.includes(name));
  const [first] = unknown;
  if (first === undefined) return;
  const wheels = new Set(
    [...target.images.values()].flatMap((image) => image.wheels?.files.map(({ name }) => name)),
  );
  if (unknown.every((name) => wheels.has(normalizeName(name)))) {
    throw new QclockError(
      "unknown-package",
      `${unknown.map((name) => `"${name}"`).join(", ")} ${unknown.length === 1 ? "is a wheel, whose version" : "are wheels, whose versions"} the requirements file names.`,
      { hint: "Write another version and its hashes into that file, then run `qclock lock`." },
    );
  }
  const near = unknown.flatMap((name) => nearest(name, known) ?? []);
  throw new QclockError(
    "unknown-package",
    `No image of the lock for ${target.os}/${target.architecture} holds ${unknown.map((name) => `"${name}"`).join(", ")}.`,
    {
      hint:
        near.length > 0
          ? `Did you mean ${near.map((name) => `"${name}"`).join(", ")}?`
          : "`qclock lock why PACKAGE` tells in which image a package is; a new one is asked for in the manifest.",
    },
  );
}
