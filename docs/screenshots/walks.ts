import { threeTier } from "./three-tier.ts";
import type { Walk } from "./walk.ts";

/** The walks through stacks, by the name of the stack's folder. */
export const walks: ReadonlyMap<string, Walk> = new Map([["three-tier", threeTier]]);
