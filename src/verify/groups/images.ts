import { countOf } from "../../count.ts";
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
  run: async ({ context: { emit }, sight, judging }) => {
    const phase = "verify-images";
    emit({ type: "phase-started", phase, title: "Look at images" });
    const images = await sight.images((done, total) =>
      emit({ type: "phase-progress", phase, done, total, unit: "items" }),
    );
    emit({ type: "phase-finished", phase, note: countOf(images.length, "image") });
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
