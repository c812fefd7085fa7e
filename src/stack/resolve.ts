import path from "node:path";
import type { Diagnostic, Location } from "../diagnostic.ts";
import type { LoadedManifest } from "../manifest/load.ts";
import type { DocumentPath, Locator } from "../manifest/text/locate.ts";
import { fail, ok, type Result } from "../result.ts";
import { externalUses, refuseWithExternal, resolveExternal } from "./external.ts";
import { findCycles, sortByDependencies } from "./graph.ts";
import { resolveImages } from "./images/images.ts";
import { resolveNetworks } from "./networks.ts";
import { findPortConflicts } from "./services/ports.ts";
import { parentsOf } from "./images/parents.ts";
import { createProblems, type Problems } from "./problems.ts";
import { resolvePackageSources } from "./images/package-sources.ts";
import { projectPath } from "./project-path.ts";
import type { ResolveRequest } from "./request.ts";
import { resolveServices } from "./services/services.ts";
import type { Secret, Service, Stack, Volume } from "./stack.ts";
import { isOs } from "../os.ts";
import { parsePairs } from "./values.ts";

/**
 * From what the user wrote to the desired state: references to things, paths to absolute ones,
 * defaults to hardened settings, graphs to an order. Or everything that is wrong, sorted by place.
 */
export function resolveStack(given: ResolveRequest): Result<Stack, readonly Diagnostic[]> {
  const { loaded, overridePaths = [], os, architecture } = given;
  const links = new Set<string>();
  const request = { ...given, locate: collectingLinks(given.locate, links) };
  const { manifest, locator } = loaded;
  const problems = createProblems(locator);
  const locations = new Map<string, Location>();
  const images = resolveImages({ ...request, problems, locations });
  const sources = resolvePackageSources({ ...request, problems });
  const secrets = resolveSecrets(request, problems, locations);
  const volumes = resolveVolumes(request, problems, locations);
  const services = resolveServices({ ...request, problems, locations, images, secrets, volumes });
  const { networks, attached } = resolveNetworks({ ...request, problems, locations, services });
  refuseCycles(request, problems);
  // Those of profiles are compared once it is known which are active.
  const always = [...attached.values()].filter(({ profiles = [] }) => profiles.length === 0);
  for (const { problem } of findPortConflicts(always, locations))
    problems.add(problem.code, problem.location, problem);
  if (problems.list.length > 0) {
    return fail(problems.list.toSorted((a, b) => locator.compare(a.location, b.location)));
  }
  const otherSystems = [manifest.os].flat().filter((name) => name !== os);
  return ok({
    name: manifest.name,
    manifestPath: loaded.path,
    ...(overridePaths.length === 0 ? {} : { overridePaths }),
    directory: loaded.directory,
    ...(links.size === 0 ? {} : { links: [...links].toSorted() }),
    manifestDigest: loaded.digest,
    os,
    ...(otherSystems.length === 0 ? {} : { otherSystems }),
    architecture,
    mirrors: new Map(
      Object.entries(manifest.mirrors ?? {}).flatMap(([name, url]) =>
        isOs(name) ? [[name, url]] : [],
      ),
    ),
    ...sources,
    ...(manifest.mirrors?.python === undefined ? {} : { pythonIndex: manifest.mirrors.python }),
    images: ordered(images, (image) => parentsOf(image)),
    services: ordered(withExternalUses(attached, { networks, volumes }), ({ dependsOn }) => [
      ...dependsOn.keys(),
    ]),
    networks,
    volumes,
    secrets,
    locations,
  });
}

function collectingLinks(
  locate: ResolveRequest["locate"],
  links: Set<string>,
): ResolveRequest["locate"] {
  return (file) => {
    const place = locate(file);
    if ("links" in place) for (const link of place.links ?? []) links.add(link);
    return place;
  };
}

/** Absolute paths that `resolveStack` will ask for. */
export function pathsToLookUp(loaded: LoadedManifest): readonly string[] {
  const { images, keys, services, secrets } = loaded.manifest;
  const relative: string[] = Object.values(keys ?? {}).flat();
  for (const { files, build, wheels } of Object.values(images)) {
    if (wheels !== undefined) relative.push(wheels);
    for (const file of files ?? []) relative.push(typeof file === "string" ? file : file.path);
    if (build === undefined) continue;
    const { context, dockerfile } =
      typeof build === "string" ? { context: build, dockerfile: "Dockerfile" } : build;
    relative.push(context, path.join(context, dockerfile));
  }
  for (const { file } of Object.values(secrets ?? {})) if (file !== undefined) relative.push(file);
  for (const { volumes, env_file: envFile = [] } of Object.values(services)) {
    for (const file of [envFile].flat()) relative.push(typeof file === "string" ? file : file.path);
    for (const volume of volumes ?? []) {
      const source = typeof volume === "string" ? volume.split(":")[0] : volume.source;
      if (source !== undefined && /^[./~]/.test(source)) relative.push(source);
    }
  }
  return relative.map((file) => path.resolve(loaded.directory, file));
}

function ordered<Value>(
  values: ReadonlyMap<string, Value>,
  dependenciesOf: (value: Value) => readonly string[],
): ReadonlyMap<string, Value> {
  const names = sortByDependencies(
    new Map([...values].map(([name, value]) => [name, dependenciesOf(value)])),
  );
  return new Map(
    names.flatMap((name) => {
      const value = values.get(name);
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}

function resolveSecrets(
  request: ResolveRequest,
  problems: Problems,
  locations: Map<string, Location>,
): ReadonlyMap<string, Secret> {
  const { manifest, locator } = request.loaded;
  const secrets = new Map<string, Secret>();
  for (const [name, secret] of Object.entries(manifest.secrets ?? {})) {
    const place = locator.key(["secrets", name]);
    locations.set(`secrets.${name}`, place);
    const kinds = [secret.generate, secret.file, secret.environment].filter(
      (kind) => kind !== undefined,
    );
    if (kinds.length !== 1) {
      problems.add("invalid-value", place, {
        message: `Secret "${name}" must have exactly one of generate, file and environment.`,
        hint: "`generate: true` makes a random one that never leaves the stack's volumes.",
      });
    } else if (secret.file !== undefined) {
      const at = ["secrets", name, "file"];
      const file = projectPath({ ...request, problems }, secret.file, {
        at,
        hint: "Move it below the manifest's folder, or give its content in an environment variable.",
      });
      if (file.kind !== "file" && file.kind !== "outside") {
        problems.add("missing-file", locator.value(at), {
          message:
            file.kind === "missing"
              ? `The file "${secret.file}" of secret "${name}" does not exist.`
              : `"${secret.file}" of secret "${name}" is no regular file.`,
        });
      }
      secrets.set(name, { name, source: { type: "file", path: file.path } });
    } else if (secret.environment !== undefined) {
      secrets.set(name, { name, source: { type: "environment", variable: secret.environment } });
    } else {
      const length = typeof secret.generate === "object" ? secret.generate.length : 32;
      secrets.set(name, { name, source: { type: "generate", length } });
    }
  }
  return secrets;
}

function resolveVolumes(
  request: ResolveRequest,
  problems: Problems,
  locations: Map<string, Location>,
): ReadonlyMap<string, Volume> {
  const { manifest, locator } = request.loaded;
  const volumes = new Map<string, Volume>();
  for (const [name, volume] of Object.entries(manifest.volumes ?? {})) {
    locations.set(`volumes.${name}`, locator.key(["volumes", name]));
    const about = { home: "volumes", key: name, written: volume } as const;
    const identity = resolveExternal({ ...request, problems }, about);
    if (identity.external !== undefined)
      refuseWithExternal({ ...request, problems }, about, { labels: volume?.labels !== undefined });
    volumes.set(name, { name, ...identity, labels: parsePairs(volume?.labels) });
  }
  return volumes;
}

function withExternalUses(
  services: ReadonlyMap<string, Service>,
  things: Pick<Stack, "networks" | "volumes">,
): ReadonlyMap<string, Service> {
  return new Map(
    [...services].map(([name, service]) => [
      name,
      { ...service, exceptions: [...service.exceptions, ...externalUses(service, things)] },
    ]),
  );
}

function refuseCycles(request: ResolveRequest, problems: Problems): void {
  const { manifest, locator } = request.loaded;
  const images = new Map(
    Object.entries(manifest.images).map(([name, { from }]) => {
      const own = from === undefined || from === "scratch" ? [] : [from];
      const parents = [...(request.froms.get(name) ?? []), ...own];
      return [name, parents.filter((parent) => Object.hasOwn(manifest.images, parent))];
    }),
  );
  const services = new Map(
    Object.entries(manifest.services).map(([name, { depends_on: dependsOn }]) => [
      name,
      Array.isArray(dependsOn) ? dependsOn : Object.keys(dependsOn ?? {}),
    ]),
  );
  for (const { graph, home, edge, verb } of [
    { graph: images, home: "images", edge: "from", verb: "stands on" },
    { graph: services, home: "services", edge: "depends_on", verb: "depends on" },
  ]) {
    for (const cycle of findCycles(graph)) {
      const [first = ""] = cycle;
      const next = (index: number): string => cycle[(index + 1) % cycle.length] ?? "";
      const place = (name: string, target: string): Location =>
        edgeAt(locator, [home, name, edge], target);
      problems.add("dependency-cycle", place(first, next(0)), {
        message: `The ${home} depend on each other in a circle: ${[...cycle, first].join(" -> ")}.`,
        related: cycle.map((name, index) => ({
          message: `"${name}" ${verb} "${next(index)}"`,
          location: place(name, next(index)),
        })),
        hint: "Take one of these edges away.",
      });
    }
  }
}

/**
 * The place of one name in a list or map of dependencies; of the whole where there is no such
 * place, as with `FROM`.
 */
function edgeAt(locator: Locator, at: DocumentPath, target: string): Location {
  if (locator.has([...at, target])) return locator.key([...at, target]);
  const text = new RegExp(`(?<![\\w.-])${target.replaceAll(".", "\\.")}(?![\\w.-])`);
  for (let index = 0; locator.has([...at, index]); index++) {
    const item = locator.value([...at, index]);
    const shown = item.sourceLine.slice(item.column - 1, item.column - 1 + item.length);
    if (text.test(shown)) return item;
  }
  return locator.value(at);
}
