import type { FetchableFile } from "../fetch/fetch.ts";
import { QclockError } from "../../error.ts";
import type { LockedWheel } from "../package.ts";
import { indexAdvice } from "./index-advice.ts";
import type { PythonIndex } from "./python-index.ts";

/** A wheel of the lock as a file to fetch. */
export function wheelFile(wheel: LockedWheel, index: () => Promise<PythonIndex>): FetchableFile {
  const { name, version, file, digest, sizeBytes } = wheel;
  return {
    name: `${name} ${version} (${file})`,
    digest,
    sizeBytes,
    urls: async () => [await urlOf(wheel, await index())],
    // Nothing looks at its digest again when it is unpacked.
    prove: true,
    advice: indexAdvice,
  };
}

/** Where an index has the bytes now: the lock names no place, so that any index will do. */
async function urlOf(
  { name, version, file, digest }: LockedWheel,
  index: PythonIndex,
): Promise<string> {
  const files = (await index.filesOf(name)) ?? [];
  const found =
    files.find((each) => each.digest === digest) ??
    // An index need not tell hashes; what is fetched is compared all the same.
    files.find((each) => each.file === file && each.digest === undefined);
  if (found !== undefined) return found.url;
  const isOther = files.some((each) => each.file === file);
  throw new QclockError(
    "index-unreachable",
    `${await index.describe()} has no ${file} ${isOther ? "with the hash" : "as it is"} that the lock names.`,
    {
      hint: `Name another index in QCLOCK_PYTHON_INDEX, or move to another version of ${name} than ${version} in the requirements file.`,
    },
  );
}
