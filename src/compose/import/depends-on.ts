import type { Written } from "../read/written.ts";
import { pathOf, type ServiceDraft } from "./draft.ts";
import { keepText, truthOf } from "./importing.ts";
import type { ManifestMap, ManifestValue } from "../manifest-value.ts";

/** One service that another one waits for. */
interface Edge {
  readonly target: string;
  readonly condition: string;
  readonly restart: boolean;
  readonly isRequired: boolean;
}

const STARTED = "service_started";

/**
 * What a service waits for. A list of compose waits until a service runs, one of a manifest until
 * it is ready: for a service without probes that is the same.
 */
export function importDependencies(
  service: Written,
  known: ReadonlySet<string>,
  draft: ServiceDraft,
): ManifestValue | undefined {
  const { importing, stack } = draft;
  const edges = new Map<string, Edge>();
  const value = service.get("depends_on");
  for (const edge of value === undefined ? [] : edgesOf(value, known, draft))
    edges.set(edge.target, edge);
  for (const { target } of linksOf(service, draft)) {
    if (!edges.has(target) && known.has(target)) edges.set(target, startedEdge(target));
  }
  if (edges.size === 0) return undefined;
  const all = [...edges.values()];
  const isShort = all.every(
    ({ target, condition, restart, isRequired }) =>
      !restart &&
      isRequired &&
      (stack.jobs.has(target) ||
        condition === "service_healthy" ||
        (condition === STARTED && !stack.probed.has(target))),
  );
  for (const { target, condition } of all) {
    if (condition !== "service_healthy" || stack.probed.has(target)) continue;
    importing.notes.changed(service.keyPlace("depends_on"), {
      at: pathOf(draft, "depends_on"),
      what: "healthchecks of images",
      message: `"${target}" has no healthcheck in the file, and one of its image is not run: it counts as ready once it runs.`,
      hint: `Give "${target}" a probe.`,
    });
  }
  const nameOf = ({ target }: Edge): string => stack.serviceNames.nameFor(target);
  if (isShort) return all.map(nameOf);
  return Object.fromEntries(
    all.map((edge) => [
      nameOf(edge),
      {
        condition: stack.jobs.has(edge.target) ? "service_completed_successfully" : edge.condition,
        ...(edge.restart ? { restart: true } : {}),
        ...(edge.isRequired ? {} : { required: false }),
      } satisfies ManifestMap,
    ]),
  );
}

function edgesOf(value: Written, known: ReadonlySet<string>, draft: ServiceDraft): readonly Edge[] {
  const { importing } = draft;
  const at = pathOf(draft, "depends_on");
  const { notes, problems } = importing;
  if (value.kind === "value") {
    problems.addWrongType(value, { what: "`depends_on`", wanted: "a list or a map" });
    return [];
  }
  const isThere = (target: string, place: Written, isRequired: boolean): boolean => {
    if (known.has(target)) return true;
    if (isRequired) {
      problems.add(place.place, "unknown-service", {
        message: `Service "${draft.key}" depends on "${target}", which there is not.`,
      });
    } else {
      notes.lost(place.place, {
        at: ["services", draft.name],
        what: "dependencies that are not required",
        message: `"${target}" is no service of these files; it is not waited for.`,
      });
    }
    return false;
  };
  if (value.kind === "list") {
    return value.items.flatMap((item) => {
      const target = keepText(item, at, importing) ?? "";
      return isThere(target, item, true) ? [startedEdge(target)] : [];
    });
  }
  return value.entries.flatMap(({ name, value: options }) => {
    const isRequired =
      options.get("required") === undefined || truthOf(options.get("required"), importing) === true;
    if (!isThere(name, options, isRequired)) return [];
    return [
      {
        target: name,
        condition: options.get("condition")?.text ?? STARTED,
        restart: truthOf(options.get("restart"), importing) === true,
        isRequired,
      },
    ];
  });
}

function startedEdge(target: string): Edge {
  return { target, condition: STARTED, restart: false, isRequired: true };
}

/** What `links` of a service name: another service, perhaps by a further name. */
export function linksOf(
  service: Written,
  draft?: ServiceDraft,
): readonly { readonly target: string; readonly alias?: string }[] {
  return (service.get("links")?.items ?? []).map((item) => {
    const [target = "", alias] = (item.text ?? "").split(":");
    if (draft !== undefined) {
      draft.importing.notes.changed(item.place, {
        at: ["services", draft.name],
        what: "`links`",
        message: `Services find each other by name; the link to "${target}" is an entry of \`depends_on\`${alias === undefined ? "" : `, and "${alias}" a further name of it for all on its networks`}.`,
      });
    }
    return { target, ...(alias === undefined || alias === target ? {} : { alias }) };
  });
}
