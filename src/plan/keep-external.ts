import { QclockError } from "../error.ts";
import type { Network, Volume } from "../stack/stack.ts";
import type { PlanDraft } from "./draft.ts";

/**
 * Use a network or volume that somebody else made, as it is. Throws `external-missing` where there
 * is none: made here it would be the stack's, and what others keep in theirs would not be in it.
 */
export function keepExternal(
  draft: PlanDraft,
  {
    kind,
    thing,
    isPresent,
  }: {
    readonly kind: "network" | "volume";
    readonly thing: Pick<Network | Volume, "name" | "engineName" | "external">;
    readonly isPresent: boolean;
  },
): void {
  const { name, engineName, external } = thing;
  if (!isPresent) {
    throw new QclockError(
      "external-missing",
      `There is no ${kind} ${engineName} in the Engine, which the manifest calls external ("${name}").`,
      {
        hint: `Whoever owns it makes it (docker ${kind} create ${engineName}); another name goes into \`name\`.`,
      },
    );
  }
  draft.keepExternal(kind, name, `not of this stack: ${external?.reason ?? ""}`);
}
