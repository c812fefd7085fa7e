import { identity } from "./identity.ts";
import { qrcode } from "./qrcode.ts";
import { studentList } from "./student-list.ts";
import { threeTier } from "./three-tier.ts";
import type { Walk } from "./walk.ts";

/** The walks, by the name of the stack's folder, or of a part of the project's own stack. */
export const walks: ReadonlyMap<string, Walk> = new Map([
  ["identity", identity],
  ["qrcode", qrcode],
  ["student-list", studentList],
  ["three-tier", threeTier],
]);
