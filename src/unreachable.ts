/**
 * Marks a branch that the type checker proves to be impossible, so that a new member of a union
 * breaks the build of each `switch` that forgot it.
 */
export function unreachable(value: never): never {
  throw new Error(`Unexpected value: ${JSON.stringify(value)}`);
}
