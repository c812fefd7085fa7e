import { QclockError } from "../../error.ts";
import { platforms } from "../../os.ts";
import { parentsOf } from "../../stack/images/parents.ts";
import type { Planning } from "../planning.ts";
import { nameOf } from "./platform.ts";

/**
 * Make images for other machines than the Engine's: in the store alone. In the Engine they would
 * take the names of those that run there.
 *
 * Throws `engine-platform` for images that only an Engine can make.
 */
export function planStoredImages(planning: Planning): void {
  const { draft, images, stored } = planning;
  refuseEnginesImages(planning);
  for (const image of images) {
    const { name } = image;
    if (stored?.has(name) === true) {
      draft.keep("image", name, "in the store");
      continue;
    }
    const parents = parentsOf(image).map((parent) => `assemble:${parent}`);
    draft.add(
      `assemble:${name}`,
      { type: "assemble-image", image: name },
      "not in the store",
      parents,
    );
  }
}

function refuseEnginesImages({ stack, images, observed }: Planning): void {
  const refused = images.filter(({ type }) => type !== "assembled").map(({ name }) => name);
  if (refused.length === 0) return;
  const wanted = platforms[stack.architecture].name;
  const possible = [...stack.images.values()]
    .filter(({ type }) => type === "assembled")
    .map(({ name }) => name);
  throw new QclockError(
    "engine-platform",
    `Not made of packages, and so not to be had for ${wanted} from an Engine that runs ${nameOf(observed.engine)}: ${refused.join(", ")}.`,
    possible.length === 0
      ? {}
      : { hint: `Name those that are: qclock build ${possible.join(" ")} --platform ${wanted}.` },
  );
}
