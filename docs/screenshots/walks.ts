import { studentList } from "./student-list.ts";
import { threeTier } from "./three-tier.ts";
import type { Walk } from "./walk.ts";

/** The walks through stacks, by the name of the stack's folder. */
export const walks: ReadonlyMap<string, Walk> = new Map([
  ["student-list", studentList],
  ["three-tier", threeTier],
]);
