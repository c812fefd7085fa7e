import type { Case } from "./case.ts";
import { nothingChanged } from "./cases/nothing-changed.ts";
import { fileChanged } from "./cases/file-changed.ts";
import { version } from "./cases/version.ts";

/** Everything that is measured, in this order: what changes the Engine's caches comes late. */
export const cases: readonly Case[] = [nothingChanged, fileChanged, version];
