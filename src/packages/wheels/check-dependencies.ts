import { holds, type MarkerEnvironment } from "../../python/marker.ts";
import { formatSpecifier, satisfies } from "../../python/specifier.ts";
import { byKey } from "../../order.ts";
import type { Reason } from "../package.ts";
import type { WheelMetadata } from "./metadata.ts";

/** A wheel among those that an image is to have. */
export interface PresentWheel {
  /** Normalised. */
  readonly name: string;
  readonly version: string;
  /** Those that a line of the file asks for. */
  readonly extras: readonly string[];
  readonly metadata: WheelMetadata;
}

/** Which wheel needs which, and everything that is not as they need it. */
export interface Dependencies {
  /** Why each wheel is there, by name: those that need it, sorted; else it was asked for. */
  readonly reasons: ReadonlyMap<string, readonly Reason[]>;
  /** A line each, such as `flask 3.0.3 needs jinja2>=3.1.2, which no line names`. */
  readonly problems: readonly string[];
}

/**
 * Follow what each wheel needs where its marker holds for the image's Python and machine, extras
 * included, as `pip install --require-hashes` does.
 */
export function checkDependencies(
  wheels: readonly PresentWheel[],
  environment: MarkerEnvironment,
): Dependencies {
  const present = new Map(wheels.map((wheel) => [wheel.name, wheel]));
  const extras = allExtras(wheels, present, environment);
  const needed = new Map<string, Map<string, Reason>>();
  const problems: string[] = [];
  for (const { name, version, metadata } of wheels) {
    const { requires, requiresPython } = metadata;
    if (!satisfies(environment.python_full_version, requiresPython)) {
      const asked = requiresPython.map(formatSpecifier).join(",");
      problems.push(
        `${name} ${version} needs Python ${asked}, and the image has ${environment.python_full_version}`,
      );
    }
    for (const requirement of requires) {
      if (!holds(requirement.marker, environment, extras.get(name))) continue;
      const { specifiers } = requirement;
      const relation = `${requirement.name}${specifiers.map(formatSpecifier).join(",")}`;
      const found = present.get(requirement.name);
      if (found === undefined) {
        problems.push(`${name} ${version} needs ${relation}, which no line names`);
      } else if (!satisfies(found.version, specifiers)) {
        problems.push(`${name} ${version} needs ${relation}, and gets ${found.version}`);
      } else if (found.name !== name) {
        const reasons = needed.get(found.name) ?? new Map<string, Reason>();
        if (!reasons.has(name)) reasons.set(name, { type: "dependency", of: name, relation });
        needed.set(found.name, reasons);
      }
    }
  }
  const reasons = new Map(
    wheels.map(({ name }): [string, readonly Reason[]] => {
      const of = [...(needed.get(name) ?? [])].toSorted(byKey);
      return [name, of.length === 0 ? [{ type: "requested" }] : of.map(([, reason]) => reason)];
    }),
  );
  return { reasons, problems: [...new Set(problems)] };
}

/** The extras of each wheel that a line or another wheel asks for. */
function allExtras(
  wheels: readonly PresentWheel[],
  present: ReadonlyMap<string, PresentWheel>,
  environment: MarkerEnvironment,
): ReadonlyMap<string, readonly string[]> {
  const extras = new Map(wheels.map(({ name, extras: own }) => [name, new Set(own)]));
  const open: (readonly [wheel: PresentWheel, asked: readonly string[]])[] = wheels.flatMap(
    (wheel) =>
      wheel.extras.length === 0 ? [[wheel, []]] : wheel.extras.map((own) => [wheel, [own]]),
  );
  // An extra may ask for others, of itself as well: each of them is followed once, at the end.
  for (const [wheel, asked] of open) {
    for (const requirement of wheel.metadata.requires) {
      const needed = present.get(requirement.name);
      const known = extras.get(requirement.name);
      const further = requirement.extras.filter((extra) => known?.has(extra) === false);
      if (needed === undefined || further.length === 0) continue;
      if (!holds(requirement.marker, environment, asked)) continue;
      for (const extra of further) {
        known?.add(extra);
        open.push([needed, [extra]]);
      }
    }
  }
  return new Map([...extras].map(([name, set]) => [name, [...set].toSorted()]));
}
