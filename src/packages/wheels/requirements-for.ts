import { QclockError } from "../../error.ts";
import type { Architecture } from "../../os.ts";
import { holds, parseMarker } from "../../python/marker.ts";
import type { PinnedRequirement } from "../../python/requirements-file.ts";
import { isSameVersion } from "../../python/version.ts";
import type { AssembledImage, Wheels } from "../../stack/stack.ts";
import type { ImagePython } from "../image-python.ts";
import type { LockedWheel } from "../package.ts";
import { markerEnvironment } from "./environment.ts";

/** An image, and the requirements file that it has. */
interface Asking {
  readonly image: AssembledImage;
  readonly wheels: Wheels;
}

/** The lines that hold for the image's Python and machine. Throws `requirements-unmet`. */
export function requirementsFor(
  { image, wheels }: Asking,
  python: ImagePython,
  architecture: Architecture,
): readonly PinnedRequirement[] {
  const environment = markerEnvironment(python, architecture);
  const pinned = new Map<string, PinnedRequirement>();
  for (const requirement of wheels.requirements) {
    const { name, version, marker } = requirement;
    if (marker !== undefined && !holds(parseMarker(marker), environment)) continue;
    const other = pinned.get(name);
    if (other !== undefined) {
      throw new QclockError(
        "requirements-unmet",
        `${placeOf(wheels, other)} and line ${requirement.line} both hold for image "${image.name}", and ask for ${name} ${other.version} and ${version}.`,
        { hint: "Leave one of the two lines, or correct their markers." },
      );
    }
    pinned.set(name, requirement);
  }
  return [...pinned.values()];
}

/**
 * Whether the image has the same version from one that it stands on. Throws `requirements-unmet`
 * where it has another one.
 */
export function isBelow(
  requirement: PinnedRequirement,
  { image, wheels, below }: Asking & { readonly below: ReadonlyMap<string, LockedWheel> },
): boolean {
  const { name, version } = requirement;
  const present = below.get(name);
  if (present === undefined) return false;
  if (isSameVersion(present.version, version)) return true;
  throw new QclockError(
    "requirements-unmet",
    `${placeOf(wheels, requirement)} asks for ${name} ${version} in image "${image.name}", which has ${present.version} from an image below it.`,
    { hint: "Ask for the same version in both, or in one of them alone." },
  );
}

/** Where a requirement stands, as `requirements.txt:3`. */
export function placeOf({ displayPath }: Wheels, { line }: PinnedRequirement): string {
  return `${displayPath}:${line}`;
}
