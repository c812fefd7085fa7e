import { firstOf } from "../../count.ts";
import { byName } from "../../order.ts";
import { QclockError } from "../../error.ts";
import type { Digest } from "../../digest.ts";

/** A file that no place has any more. */
export interface VanishedFile {
  /** `bash 5.2.15-2+b8` */
  readonly name: string;
  readonly digest: Digest;
}

const SHOWN = 20;

/** Each place answered that it has no such file: packages of the lock that have left the mirror. */
export class VanishedError extends QclockError {
  /** Sorted by name. */
  readonly files: readonly VanishedFile[];

  constructor(files: readonly VanishedFile[]) {
    const names = files.map(({ name }) => name).toSorted();
    const [first = ""] = names;
    super(
      "package-vanished",
      names.length === 1
        ? `${first} is neither in the store nor on any mirror any more.`
        : `${names.length} packages are neither in the store nor on any mirror any more.`,
      {
        details: names.length === 1 ? [] : firstOf(names, SHOWN),
        hint: `Move ${names.length === 1 ? "it" : "them"} to the newest version with \`qclock lock --update ${packageNames(names)}\`, or name a mirror that keeps old versions as a further URL (qclock help mirrors).`,
      },
    );
    this.files = files.toSorted(byName);
  }
}

function packageNames(names: readonly string[]): string {
  const only = [...new Set(names.map((name) => name.split(" ")[0] ?? name))];
  return only.length <= 5 ? only.join(" ") : "PACKAGE…";
}
