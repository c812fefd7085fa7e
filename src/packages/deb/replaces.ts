import type { ControlFields } from "./control.ts";
import { parseRelations } from "./relation.ts";
import { satisfiesVersion } from "./version.ts";

/** Of a package that is in the image: what deciding about its files needs. */
export interface FileOwner {
  readonly name: string;
  readonly control: ControlFields;
}

/** Whether a package declares that its files take the place of another's (Policy 7.6.1). */
export function replaces(item: FileOwner, other: FileOwner): boolean {
  return parseRelations(item.control.get("Replaces") ?? "").some(({ alternatives }) =>
    alternatives.some(({ name, constraint }) => {
      if (name !== other.name) return false;
      const version = other.control.get("Version") ?? "";
      return (
        constraint === undefined ||
        satisfiesVersion(version, constraint.operator, constraint.version)
      );
    }),
  );
}
