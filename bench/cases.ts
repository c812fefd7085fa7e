import type { Case } from "./case.ts";
import { nothingChanged } from "./cases/nothing-changed.ts";
import { cold } from "./cases/cold.ts";
import { coldPackages } from "./cases/cold-packages.ts";
import { fileChanged } from "./cases/file-changed.ts";
import { version } from "./cases/version.ts";

/** Everything that is measured, in this order: what changes the Engine's caches comes late. */
export const cases: readonly Case[] = [nothingChanged, fileChanged, cold, coldPackages, version];
