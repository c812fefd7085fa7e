import { chainOf } from "../../stack/chain.ts";
import type { AssembledImage, Stack, Wheels } from "../../stack/stack.ts";
import { QclockError } from "../../error.ts";
import { stat } from "node:fs/promises";
import type { Architecture } from "../../os.ts";
import type { PinnedRequirement } from "../../python/requirements-file.ts";
import { byName } from "../../order.ts";
import { canonicalJson } from "../canonical-json.ts";
import { type FetchableFile, fetchFiles } from "../fetch/fetch.ts";
import type { ImagePython } from "../image-python.ts";
import { assembledImages } from "../../stack/images/assembled-images.ts";
import type { LockRequest } from "./request.ts";
import type { LockedImage, LockedWheel, LockTarget } from "../package.ts";
import { areAskedFor } from "../wheels/asked-for.ts";
import { checkDependencies, type PresentWheel } from "../wheels/check-dependencies.ts";
import { type ChosenWheel, chooseWheel } from "../wheels/choose-wheel.ts";
import { markerEnvironment, tagsFor } from "../wheels/environment.ts";
import { wheelFile } from "../wheels/locked-wheel.ts";
import { readWheelMetadata } from "../wheels/metadata.ts";
import { indexAdvice } from "../wheels/index-advice.ts";
import { pythonOf } from "../wheels/python-of.ts";
import { isBelow, placeOf, requirementsFor } from "../wheels/requirements-for.ts";
import { requirementsDigest } from "../wheels/requirements-digest.ts";

type Images = ReadonlyMap<string, LockedImage>;

/**
 * The images of a target with their Python packages decided: which file of each line of their
 * requirements files. What was locked for the same lines and the same Python stays.
 *
 * Throws `wheel-unavailable`, `requirements-unmet`, `wheel-corrupt`, and what fetching throws.
 */
export async function withWheels(
  request: LockRequest,
  images: Images,
  current: LockTarget | undefined,
): Promise<Images> {
  const found = new Map<string, LockedImage>();
  const { stack } = request;
  for (const image of assembledImages(stack)) {
    const { wheels: _, ...own } = images.get(image.name) ?? { packages: [] };
    found.set(image.name, own);
    const { wheels } = image;
    if (wheels === undefined) continue;
    const requirements = requirementsDigest(wheels.requirements);
    const locking = { request, image, wheels, python: await pythonOf(stack, image, found) };
    const below = wheelsBelow(stack, image, found);
    const kept = await keptWheels({ ...locking, below }, current);
    const files = kept ?? (await lockFiles(locking, below));
    found.set(image.name, { ...own, wheels: { requirements, files } });
  }
  return found;
}

interface Locking {
  readonly request: LockRequest;
  readonly image: AssembledImage;
  readonly wheels: Wheels;
  readonly python: ImagePython | undefined;
}

function wheelsBelow(
  stack: Stack,
  image: AssembledImage,
  images: Images,
): ReadonlyMap<string, LockedWheel> {
  return new Map(
    chainOf(stack, image)
      .filter(({ name }) => name !== image.name)
      .flatMap(({ name }) => images.get(name)?.wheels?.files ?? [])
      .map((wheel) => [wheel.name, wheel]),
  );
}

/** What the lock has, where it was made for the same lines over the same Python and wheels. */
async function keptWheels(
  {
    request,
    image,
    wheels,
    python,
    below,
  }: Locking & { readonly below: ReadonlyMap<string, LockedWheel> },
  current: LockTarget | undefined,
): Promise<readonly LockedWheel[] | undefined> {
  const locked = current?.images.get(image.name)?.wheels;
  if (current === undefined || locked?.requirements !== requirementsDigest(wheels.requirements))
    return undefined;
  if (!areAskedFor(locked.files, wheels.requirements)) return undefined;
  // An update asks whether there are better files meanwhile; one of some packages moves these
  // alone.
  if (request.mode === "update" && request.move === undefined) return undefined;
  const before = [
    await pythonOf(request.stack, image, current.images),
    wheelsBelow(request.stack, image, current.images),
  ];
  return canonicalJson(before) === canonicalJson([python, below]) ? locked.files : undefined;
}

async function lockFiles(
  locking: Locking,
  below: ReadonlyMap<string, LockedWheel>,
): Promise<readonly LockedWheel[]> {
  const { request, image, wheels } = locking;
  const { architecture } = request.stack;
  const { python } = locking;
  if (wheels.requirements.length === 0) return [];
  if (python === undefined) {
    throw new QclockError(
      "requirements-unmet",
      `Image "${image.name}" has \`wheels\`, and no package of it brings a Python.`,
      { hint: "Name python3 among its packages." },
    );
  }
  request.onPhase(`Choosing the wheels of ${image.name}`);
  const asked = requirementsFor(locking, python, architecture);
  const own = asked.filter((requirement) => !isBelow(requirement, { ...locking, below }));
  const chosen = await chooseAll(locking, { python, architecture, requirements: own });
  request.onPhase(`Fetching the wheels of ${image.name}`);
  const paths = await fetchFiles({
    files: chosen.map(toFile),
    downloader: request.downloader,
    concurrency: 8,
    onProgress: request.onProgress,
    signal: request.signal,
  });
  const fetched = chosen.map((wheel) => ({ ...wheel, path: paths.get(wheel.digest) ?? "" }));
  const described = await Promise.all(
    fetched.map(({ requirement, file, path }) => describe(requirement, file, path)),
  );
  const present = [...described, ...(await describeBelow(locking, below, asked))];
  const { reasons, problems } = checkDependencies(present, markerEnvironment(python, architecture));
  if (problems.length > 0) throw unmet(locking, problems);
  const locked = await Promise.all(
    fetched.map(async ({ requirement: { name, version }, file, digest, path }) => ({
      name,
      version,
      file,
      digest,
      sizeBytes: (await stat(path)).size,
      reasons: reasons.get(name) ?? [{ type: "requested" as const }],
    })),
  );
  return locked.toSorted(byName);
}

async function chooseAll(
  { request, image, wheels }: Locking,
  for_: {
    readonly python: ImagePython;
    readonly architecture: Architecture;
    readonly requirements: readonly PinnedRequirement[];
  },
): Promise<readonly ChosenWheel[]> {
  const { python, architecture, requirements } = for_;
  if (requirements.length === 0) return [];
  const index = await request.pythonIndex();
  const tags = new Map(tagsFor(python, architecture).map((tag, rank) => [tag, rank]));
  const described = await index.describe();
  const pages = await Promise.all(requirements.map(({ name }) => index.filesOf(name)));
  return requirements.map((requirement, at) =>
    chooseWheel({
      image: image.name,
      requirement,
      place: placeOf(wheels, requirement),
      files: pages[at],
      index: described,
      python,
      tags,
    }),
  );
}

function toFile({ requirement, file, url, digest }: ChosenWheel): FetchableFile {
  const { name, version } = requirement;
  return {
    name: `${name} ${version} (${file})`,
    digest,
    sizeBytes: undefined,
    urls: async () => [url],
    advice: indexAdvice,
  };
}

async function describe(
  { name, version, extras }: Pick<PinnedRequirement, "name" | "version" | "extras">,
  file: string,
  path: string,
): Promise<PresentWheel> {
  const metadata = await readWheelMetadata({ name, version, file, path });
  return { name, version, extras, metadata };
}

/** Wheels that the image has from those that it stands on: they fulfil what others need. */
async function describeBelow(
  { request }: Locking,
  below: ReadonlyMap<string, LockedWheel>,
  asked: readonly PinnedRequirement[],
): Promise<readonly PresentWheel[]> {
  const paths = await fetchFiles({
    files: [...below.values()].map((wheel) => wheelFile(wheel, request.pythonIndex)),
    downloader: request.downloader,
    concurrency: 8,
    onProgress: () => undefined,
    signal: request.signal,
  });
  return await Promise.all(
    [...below.values()].map(({ name, version, file, digest }) => {
      const extras = asked.find((each) => each.name === name)?.extras ?? [];
      return describe({ name, version, extras }, file, paths.get(digest) ?? "");
    }),
  );
}

function unmet({ image, wheels }: Locking, problems: readonly string[]): QclockError {
  return new QclockError(
    "requirements-unmet",
    `${wheels.displayPath} does not hold together for image "${image.name}".`,
    {
      details: problems,
      hint: "Let `pip-compile --generate-hashes` or `uv pip compile --generate-hashes` write the file: they add what is needed.",
    },
  );
}
