import path from "node:path";
import { refusalOf } from "../../manifest/keys/refused-keys.ts";
import type { Diagnostic } from "../../diagnostic.ts";
import { fail, ok, type Result } from "../../result.ts";
import type { Note } from "../notes.ts";
import type { ManifestMap, ManifestValue } from "../manifest-value.ts";
import { linksOf } from "./depends-on.ts";
import type { ServiceDraft, StackDraft } from "./draft.ts";
import { basesIn, dockerfileOf, importImages, type NamedService } from "./images.ts";
import { type Importing, keepText } from "./importing.ts";
import { asName, ManifestNames } from "./names.ts";
import { defaultNetwork, importNetworks, isOpen, openNetwork } from "./networks.ts";
import { hasHealthcheck } from "./probes.ts";
import { importSecrets } from "./secrets.ts";
import { importService } from "./service.ts";
import { importVolumes } from "./volumes.ts";
import { writeManifest } from "./write.ts";

/** A manifest that was made of compose files. */
export interface ImportedManifest {
  readonly text: string;
  /** What was not, or not exactly, taken over, in the order of the files. */
  readonly notes: readonly Note[];
  readonly services: number;
  readonly images: number;
}

/** What the importer asks for beside the files themselves. */
export interface ImportRequest extends Importing {
  /** How the files are called in the reasons of the manifest. */
  readonly source: string;
  /** The text of a Dockerfile by its absolute path; empty where there is none. */
  readonly readDockerfile: (file: string) => Promise<string>;
}

/**
 * A manifest that runs what compose files describe, as compose would: what is weaker there than
 * qclock's defaults is named under `policy`, and what has no counterpart stands in comments. Or
 * everything that is wrong with the files.
 */
export async function importCompose(
  request: ImportRequest,
): Promise<Result<ImportedManifest, readonly Diagnostic[]>> {
  const { root, notes, problems } = request;
  const written = root.get("services");
  if (written === undefined || written.entries.length === 0) {
    problems.add(written?.place ?? root.place, "missing-key", {
      message: "The compose file has no services.",
      hint: "Name a file that has `services:`.",
    });
    return fail(problems.list);
  }
  const serviceNames = new ManifestNames();
  const services = written.entries
    .filter(({ value }) => {
      if (value.kind !== "map")
        problems.addWrongType(value, { what: "A service", wanted: "a map" });
      return value.kind === "map";
    })
    .map(({ name, value }): NamedService => {
      const named = serviceNames.nameFor(name);
      if (named !== name) {
        notes.changed(value.place, {
          at: ["services", named],
          what: "names with capital letters or other signs",
          message: `"${name}" is named "${named}"; on its networks it has both names.`,
        });
      }
      return { key: name, name: named, service: value };
    });
  const bases = await basesOf(services, request);
  const { images, imageOf } = importImages(services, request, bases);
  const networkNames = new ManifestNames();
  const networks = new Map(importNetworks(root.get("networks"), request, networkNames));
  const usesDefault = services.some(({ service }) => service.get("networks") === undefined);
  if (usesDefault && !networks.has(defaultNetwork)) networks.set(defaultNetwork, openNetwork());
  const openNetworks = new Set(
    [...networks].flatMap(([name, network]) => (isOpen(network) ? [name] : [])),
  );
  const stack = stackDraft(services, { serviceNames, networkNames, openNetworks });
  const volumes = importVolumes(root.get("volumes"), request, stack.volumeNames);
  const secrets = importSecrets(root.get("secrets"), request, stack.secretNames);
  const manifestServices = services.map(({ key, name, service }): [string, ManifestMap] => {
    const draft: ServiceDraft = {
      key,
      name,
      importing: request,
      stack,
      out: new Map(),
      policy: new Map(),
    };
    const surroundings = {
      image: imageOf.get(name) ?? name,
      known: new Set(services.map((each) => each.key)),
      configs: root.get("configs"),
    };
    return [name, importService(service, draft, surroundings)];
  });
  tellOthers(request);
  if (problems.list.length > 0) return fail(problems.list);
  const sections: ReadonlyMap<string, ManifestValue> = new Map<string, ManifestValue>([
    ["images", images],
    ["services", Object.fromEntries(manifestServices)],
    ["networks", Object.fromEntries(networks)],
    ["volumes", Object.fromEntries([...volumes, ...stack.volumes])],
    ["secrets", Object.fromEntries(secrets)],
  ]);
  return ok({
    text: writeManifest({
      name: nameOf(request),
      extensions: extensionsOf(request),
      source: request.source,
      sections,
      notes: notes.list,
    }),
    notes: notes.list,
    services: services.length,
    images: Object.keys(images).length,
  });
}

function stackDraft(
  services: readonly NamedService[],
  shared: Pick<StackDraft, "serviceNames" | "networkNames" | "openNetworks">,
): StackDraft {
  const aliases = new Map<string, Set<string>>();
  for (const { service } of services) {
    for (const { target, alias } of linksOf(service)) {
      if (alias !== undefined) aliases.set(target, (aliases.get(target) ?? new Set()).add(alias));
    }
  }
  const jobs = services.flatMap(({ service }) =>
    (service.get("depends_on")?.entries ?? []).flatMap(({ name, value }) =>
      value.get("condition")?.text === "service_completed_successfully" ? [name] : [],
    ),
  );
  const probed = services.filter(({ service }) => hasHealthcheck(service));
  return {
    ...shared,
    volumeNames: new ManifestNames(),
    secretNames: new ManifestNames(),
    volumes: new Map(),
    jobs: new Set(jobs),
    probed: new Set(probed.map(({ key }) => key)),
    aliases,
  };
}

async function basesOf(
  services: readonly NamedService[],
  request: ImportRequest,
): Promise<ReadonlySet<string>> {
  const files = new Set(services.flatMap(({ service }) => dockerfileOf(service, request) ?? []));
  const texts = await Promise.all([...files].map(request.readDockerfile));
  return new Set(texts.flatMap(basesIn));
}

/** As compose names a project: its `name`, else its folder. */
function nameOf(request: ImportRequest): string {
  const { root, variables } = request;
  const name = root.get("name");
  if (name === undefined) return asName(path.basename(root.file.directory));
  const kept = keepText(name, ["name"], request) ?? "";
  return variables.isTemplate(kept) ? kept : asName(kept);
}

function extensionsOf({ root, variables }: ImportRequest): ManifestMap {
  return Object.fromEntries(
    root.entries.flatMap(({ name, value }) =>
      name.startsWith("x-") ? [[name, variables.keepPlain(value.plain())]] : [],
    ),
  );
}

const taken = new Set(["name", "include", "services", "networks", "volumes", "secrets", "configs"]);

function tellOthers({ root, notes }: ImportRequest): void {
  for (const { name, place, value } of root.entries) {
    if (taken.has(name) || name.startsWith("x-") || value.isEmpty) continue;
    const hint = refusalOf(name, []);
    if (name === "version") {
      notes.changed(place, {
        at: [],
        what: "`version`",
        message: "Compose's `version` says nothing any more; it is left out.",
      });
    } else notes.lost(place, { at: [], what: `\`${name}\``, hint });
  }
}
