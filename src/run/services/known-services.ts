import { QclockError } from "../../error.ts";
import type { Stack } from "../../stack/stack.ts";

/** Throws `service-not-found` for the first name that is none of the stack's services. */
export function refuseUnknownServices(
  { services }: Pick<Stack, "services">,
  names: readonly string[] = [],
): void {
  const unknown = names.find((name) => !services.has(name));
  if (unknown === undefined) return;
  throw new QclockError("service-not-found", `The stack has no service "${unknown}".`, {
    hint: `It has ${[...services.keys()].join(", ") || "none"}.`,
  });
}
