import { shown } from "../../archive/name.ts";
import { firstOf } from "../../count.ts";
import type { Digest } from "../../digest.ts";
import { QclockError } from "../../error.ts";
import { compareVersions, isSameVersion, parseVersion } from "../../python/version.ts";
import { parseWheelName, type WheelName } from "../../python/wheel-name.ts";
import type { PinnedRequirement } from "../../python/requirements-file.ts";
import { compareTexts } from "../../order.ts";
import type { ImagePython } from "../image-python.ts";
import type { IndexedFile } from "./project-page.ts";

/** A file of an index that is to be fetched. */
export interface ChosenWheel {
  readonly requirement: PinnedRequirement;
  readonly file: string;
  readonly url: string;
  readonly digest: Digest;
}

interface ChoiceRequest {
  readonly image: string;
  readonly requirement: PinnedRequirement;
  /** `requirements.txt:12`, for messages. */
  readonly place: string;
  /** What the index has of the project; undefined where it does not know it. */
  readonly files: readonly IndexedFile[] | undefined;
  /** The index in a sentence. */
  readonly index: string;
  readonly python: ImagePython;
  /** Tags that the image's Python can use, the best first. */
  readonly tags: ReadonlyMap<string, number>;
}

/** A wheel of the version. */
interface Candidate extends IndexedFile, Pick<WheelName, "build"> {
  /** The place of its best tag among those that can be used; infinite where none can. */
  readonly rank: number;
}

/**
 * The wheel that pip would take: of those whose hash the requirement names, the one with the best
 * tag, and of these the one with the greatest build.
 *
 * Throws `wheel-unavailable`, with the files that exist.
 */
export function chooseWheel(request: ChoiceRequest): ChosenWheel {
  const { requirement, files, index, place } = request;
  const { name, version, hashes } = requirement;
  if (files === undefined) {
    throw unavailable(`${index} has no project "${name}", which ${place} asks for.`, {
      hint: "Check the name, or name another index in QCLOCK_PYTHON_INDEX.",
    });
  }
  const ofVersion = files.filter(({ file }) => isOfVersion(file, requirement));
  if (ofVersion.length === 0) {
    throw unavailable(`${index} has no ${name} ${version}, which ${place} asks for.`, {
      hint: "Take a version that exists.",
      details: firstOf(versionsOf(files, name), SHOWN),
    });
  }
  const wheels = ofVersion.flatMap((each): readonly Candidate[] => {
    const wheel = parseWheelName(each.file);
    if (wheel === undefined) return [];
    return [{ ...each, build: wheel.build, rank: rankOf(wheel, request) }];
  });
  const fitting = wheels.filter(({ rank }) => rank < Infinity);
  if (fitting.length === 0) throw notForThis(request, wheels);
  const standing = fitting.filter(({ yanked }) => yanked === undefined);
  const [first] = fitting;
  if (standing.length === 0) {
    const reason = first?.yanked ? `: ${shown(first.yanked)}` : "";
    throw unavailable(
      `${name} ${version}, which ${place} asks for, was withdrawn (yanked)${reason}.`,
      {
        hint: "Take another version.",
      },
    );
  }
  const allowed = standing.filter(({ digest }) => digest !== undefined && hashes.includes(digest));
  const [best] = allowed.toSorted(compareCandidates);
  if (best?.digest === undefined) throw notAmongHashes(request, standing);
  return { requirement, file: best.file, url: best.url, digest: best.digest };
}

function compareCandidates(a: Candidate, b: Candidate): number {
  const [builtOne, builtOther] = [a.build, b.build];
  return (
    a.rank - b.rank ||
    builtOther[0] - builtOne[0] ||
    compareTexts(builtOther[1], builtOne[1]) ||
    // Several indexes may have it under one name each.
    compareTexts(a.file, b.file)
  );
}

function rankOf({ tags }: WheelName, { tags: usable }: ChoiceRequest): number {
  return Math.min(...tags.map((tag) => usable.get(tag) ?? Infinity));
}

function isOfVersion(file: string, { name, version }: PinnedRequirement): boolean {
  const found = versionOf(file, name);
  return found !== undefined && isSameVersion(found, version);
}

/** The version in the name of a wheel or of a source distribution. */
function versionOf(file: string, name: string): string | undefined {
  const wheel = parseWheelName(file);
  if (wheel !== undefined) return wheel.name === name ? wheel.version : undefined;
  const [, base] = /^(.*)\.(?:tar\.gz|zip|tar\.bz2|tgz)$/.exec(file) ?? [];
  // The project's name may have dashes itself: the version is what follows the last one.
  return base === undefined ? undefined : base.slice(base.lastIndexOf("-") + 1);
}

const SHOWN = 20;

function versionsOf(files: readonly IndexedFile[], name: string): readonly string[] {
  const texts = files.flatMap(({ file }) => versionOf(file, name) ?? []);
  const parsed = [...new Set(texts)].flatMap((text) => {
    const version = parseVersion(text);
    return version === undefined ? [] : [{ text, version }];
  });
  return parsed
    .toSorted((a, b) => compareVersions(b.version, a.version))
    .map(({ text }) => `${name} ${text}`);
}

function notForThis(request: ChoiceRequest, wheels: readonly Candidate[]): QclockError {
  const { image, requirement, place, python } = request;
  const { name, version } = requirement;
  const { major, minor, glibc } = python;
  const what = `${name} ${version}, which ${place} asks for,`;
  if (wheels.length === 0) {
    return unavailable(
      `${what} exists as a source distribution alone, which would have to be built, and nothing is run.`,
      {
        hint: "Take a version that has a wheel; or build one with `pip wheel`, serve it by an index of your own, and write its hash into the file.",
      },
    );
  }
  const musl = wheels.some(({ file }) => file.includes("musllinux"))
    ? " Those for musllinux need another C library."
    : "";
  return unavailable(
    `${what} has no wheel for the Python ${major}.${minor} of image "${image}" with glibc ${glibc.join(".")}.`,
    {
      hint: `Take a version that has one, or an image with another Python.${musl}`,
      details: firstOf(wheels.map(({ file }) => file).toSorted(), SHOWN),
    },
  );
}

function notAmongHashes(request: ChoiceRequest, standing: readonly Candidate[]): QclockError {
  const { requirement, place } = request;
  const { name, version } = requirement;
  return unavailable(
    `No wheel of ${name} ${version} that image "${request.image}" can use has a hash that ${place} names.`,
    {
      hint: "Write the file again with `pip-compile --generate-hashes` or `uv pip compile --generate-hashes`, which name the hashes of all files.",
      details: firstOf(
        standing.map(({ file, digest }) => `${file} ${digest ?? "without a SHA-256 in the index"}`),
        SHOWN,
      ),
    },
  );
}

function unavailable(
  message: string,
  parts: { readonly hint: string; readonly details?: readonly string[] },
): QclockError {
  return new QclockError("wheel-unavailable", message, parts);
}
