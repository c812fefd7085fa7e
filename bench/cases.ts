import type { Case } from "./case.ts";
import { manyImages } from "./cases/many-images.ts";
import { memory } from "./cases/memory.ts";
import { nothingChanged } from "./cases/nothing-changed.ts";
import { cold } from "./cases/cold.ts";
import { coldPackages } from "./cases/cold-packages.ts";
import { fileChanged } from "./cases/file-changed.ts";
import { plan } from "./cases/plan.ts";
import { version } from "./cases/version.ts";

/** Everything that is measured, in this order: what changes the Engine's caches comes late. */
export const cases: readonly Case[] = [
  nothingChanged,
  fileChanged,
  cold,
  coldPackages,
  manyImages,
  plan,
  version,
];
