import { QclockError } from "../../error.ts";
import { nearest } from "../../nearest.ts";
import { activate, profilesOf } from "../../stack/profiles.ts";
import type { Stack } from "../../stack/stack.ts";
import { definitions } from "../settings/settings.ts";
import type { Session } from "./session.ts";

/**
 * The stack with its active services told apart, by `--profile`, its variable, the user's
 * configuration or a project's `.env`: which of its own services a project chooses is for the
 * project to say.
 *
 * Throws `usage` for a profile of the command line that no service has. Elsewhere one may be meant
 * for other stacks.
 */
export function activateServices(
  { settings, origins }: Pick<Session, "settings" | "origins">,
  request: {
    readonly stack: Stack;
    /** The process's own, and what files of variables add. */
    readonly environment: ReadonlyMap<string, string>;
    /** Services that the command line names. */
    readonly services: readonly string[];
  },
): Stack {
  const { stack, environment, services } = request;
  const origin = origins.get("profile")?.origin;
  if (origin === "flag") refuseUnknown(settings.profile, profilesOf(stack));
  const profiles = origin === "default" ? profilesIn(environment) : settings.profile;
  return activate(stack, { profiles, services });
}

/** The profiles that a file of variables chooses; the process's own variable is a setting. */
export function profilesIn(environment: ReadonlyMap<string, string>): readonly string[] {
  const { variable, parse } = definitions.profile;
  const parsed = parse(environment.get(variable) ?? "");
  return Array.isArray(parsed) ? parsed.map(String) : [];
}

function refuseUnknown(profiles: readonly string[], known: ReadonlySet<string>): void {
  const unknown = profiles.find((name) => name !== "*" && !known.has(name));
  if (unknown === undefined) return;
  const near = nearest(unknown, [...known]);
  throw new QclockError("usage", `No service has the profile "${unknown}".`, {
    hint:
      near === undefined
        ? `There are ${[...known].join(", ") || "none"}.`
        : `Did you mean "${near}"?`,
  });
}
