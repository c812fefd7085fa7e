import type { Case } from "./case.ts";
import { cold } from "./cases/cold.ts";
import { coldPackages } from "./cases/cold-packages.ts";
import { down } from "./cases/down.ts";
import { fileChanged } from "./cases/file-changed.ts";
import { manyFiles } from "./cases/many-files.ts";
import { manyImages } from "./cases/many-images.ts";
import { memory } from "./cases/memory.ts";
import { nothingChanged } from "./cases/nothing-changed.ts";
import { oracleLinux } from "./cases/oracle-linux.ts";
import { packagesAdded } from "./cases/packages-added.ts";
import { plan } from "./cases/plan.ts";
import { up } from "./cases/up.ts";
import { upUnchanged } from "./cases/up-unchanged.ts";
import { version } from "./cases/version.ts";

/** Everything that is measured, in this order: what empties or fills the Engine comes late. */
export const cases: readonly Case[] = [
  version,
  nothingChanged,
  fileChanged,
  up,
  upUnchanged,
  down,
  plan,
  cold,
  coldPackages,
  packagesAdded,
  oracleLinux,
  memory,
  manyFiles,
  manyImages,
];
