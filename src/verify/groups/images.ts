import { countOf } from "../../count.ts";
import { inPhase } from "../../run/execution/phase.ts";
import { byId } from "../check.ts";
import { imageConfigChecks } from "../checks/image-config.ts";
import { imageFileChecks } from "../checks/image-files.ts";
import { imageLayerChecks } from "../checks/image-layers.ts";
import type { CheckGroup } from "../group.ts";
import { judgeFound } from "./found.ts";

export const imageChecks = [...imageConfigChecks, ...imageFileChecks, ...imageLayerChecks].toSorted(
  byId,
);

/** What each image is, file by file, as the Engine holds it. */
export const imageGroup: CheckGroup = {
  checks: imageChecks,
  onDemand: false,
  run: async ({ context, sight, judging }) => {
    const images = await inPhase(
      context,
      {
        phase: "verify-images",
        title: "Look at images",
        unit: "items",
        note: ({ length }: readonly unknown[]) => countOf(length, "image"),
      },
      (onProgress) => sight.images(onProgress),
    );
    return judgeFound(images, {
      kind: "image",
      checks: imageChecks,
      absence: {
        presence: "IMG-023",
        what: "it is not in the Engine",
        hint: "Run qclock build.",
      },
      judging,
    });
  },
};
