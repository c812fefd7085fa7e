import path from "node:path";
import { pinned, unpinned } from "../../manifest/schema/reference-grammar.ts";
import { refusalOf } from "../../manifest/keys/refused-keys.ts";
import { missingDigest } from "../../stack/images/missing-digest.ts";
import type { Written } from "../read/written.ts";
import { type Importing, keepLabels, keepPairs, keepPath, keepText } from "./importing.ts";
import type { ManifestMap, ManifestValue } from "../manifest-value.ts";
import { asName, ManifestNames } from "./names.ts";

/** A service of compose with the name that it has in the manifest. */
export interface NamedService {
  readonly key: string;
  readonly name: string;
  readonly service: Written;
}

/** The images of a manifest, and which of them each service runs. */
export interface ImportedImages {
  readonly images: ManifestMap;
  /** Keys of `images`, by the names of services. */
  readonly imageOf: ReadonlyMap<string, string>;
}

/**
 * An image for each build and each reference that services name; what several name is one image.
 * `bases` are the names that Dockerfiles build on: an image of the stack that had one of these
 * would be taken for it.
 */
export function importImages(
  services: readonly NamedService[],
  importing: Importing,
  bases: ReadonlySet<string>,
): ImportedImages {
  const images = new Map<string, ManifestMap>();
  const names = new ManifestNames([...bases, "scratch"]);
  const imageOf = new Map<string, string>();
  /** Images by what they are made of, and those that are built by the tag that they get. */
  const known = new Map<string, string>();
  const tags = new Map<string, string>();
  const add = (service: string, wanted: string, image: ManifestMap): string => {
    const content = JSON.stringify(image);
    const name = known.get(content) ?? names.free(wanted);
    known.set(content, name);
    images.set(name, image);
    imageOf.set(service, name);
    return name;
  };
  for (const { name, service } of services) {
    const build = service.get("build");
    if (build === undefined) continue;
    const image = importBuild(build, name, importing);
    const key = add(name, name, image);
    const tag = service.get("image");
    if (tag?.text !== undefined) {
      tags.set(importing.variables.valueOf(tag.text), key);
      importing.notes.changed(tag.place, {
        at: ["images", key],
        what: "`image` beside `build`",
        message: `The image is not tagged ${tag.text}: images of a stack are named by the stack.`,
        hint: `It is qclock.invalid/<stack>/${key}:latest in the Engine.`,
      });
    }
  }
  for (const { key, name, service } of services) {
    if (service.get("build") !== undefined) continue;
    const image = service.get("image");
    if (image === undefined) {
      importing.problems.add(service.place, "missing-key", {
        message: `Service "${key}" has neither \`image\` nor \`build\`.`,
        hint:
          service.get("provider") === undefined
            ? "Give it one of the two."
            : "qclock runs services only: take it out, or put what it provides into a service.",
      });
      continue;
    }
    const reference = importing.variables.valueOf(image.text ?? "");
    const built = tags.get(reference);
    if (built === undefined) add(name, nameOfReference(reference), importPull(image, importing));
    else imageOf.set(name, built);
  }
  return { images: Object.fromEntries(images), imageOf };
}

function importPull(image: Written, { variables, notes, problems }: Importing): ManifestMap {
  const written = image.text ?? "";
  const reference = variables.valueOf(written);
  const at = ["images", nameOfReference(reference)];
  if (variables.isTemplate(written)) {
    notes.changed(image.place, {
      at,
      what: "variables in `image`",
      message: `${written} is written as what it is now: what names an image is sent to a registry, and holds variables named QCLOCK_PUBLIC_… alone.`,
    });
  }
  if (pinned.test(reference)) return { image: reference };
  if (!unpinned.test(reference)) {
    problems.add(image.place, "invalid-value", {
      message: `"${reference}" is no reference of an image.`,
      hint: "Write it as `registry.example/name:tag`, in lower case.",
    });
  }
  return { image: `${reference}@${missingDigest}` };
}

/** `mysql` for `registry.example/library/mysql:8.0@sha256:…`. */
function nameOfReference(reference: string): string {
  const [front = ""] = reference.split("@");
  return asName((front.split("/").at(-1) ?? "").replace(/:.*$/, ""));
}

function importBuild(build: Written, service: string, importing: Importing): ManifestMap {
  const at = ["images", service, "build"];
  if (build.kind === "value") return { build: contextOf(build, at, importing) };
  if (!importing.problems.isMap(build, "`build`")) return { build: "." };
  const out: Record<string, ManifestValue> = { context: "." };
  let labels: ManifestMap | undefined;
  for (const { name, place, value } of build.entries) {
    if (value.isEmpty || name.startsWith("x-")) continue;
    if (name === "context") out["context"] = contextOf(value, at, importing);
    else if (name === "dockerfile" || name === "target")
      out[name] = keepText(value, at, importing) ?? "";
    else if (name === "args") out["args"] = keepPairs(value, at, importing);
    else if (name === "labels") labels = keepLabels(value, ["images", service], importing);
    else if (name === "dockerfile_inline") {
      const file = `${service}.Dockerfile`;
      out["dockerfile"] = file;
      importing.notes.lost(place, {
        at,
        what: "`dockerfile_inline`",
        hint: `Write its lines to ${file} in the context.`,
      });
    } else if (value.value !== false) {
      importing.notes.lost(place, {
        at,
        what: `\`build.${name}\``,
        hint: refusalOf(name, ["images", service, "build"]),
      });
    }
  }
  const { context } = out;
  const short = Object.keys(out).length === 1 && context !== undefined ? context : out;
  return { build: short, ...(labels === undefined ? {} : { labels }) };
}

function contextOf(value: Written, at: readonly string[], importing: Importing): string {
  const text = importing.variables.valueOf(value.text ?? "");
  if (/^(?:[a-z+]+:\/\/|git@|github\.com\/)/i.test(text)) {
    importing.problems.add(value.place, "path-outside-project", {
      message: `The build context "${text}" is fetched from elsewhere.`,
      hint: "Put a copy of it into the project, and name that.",
    });
    return ".";
  }
  return keepPath(value, at, importing) ?? ".";
}

/** Absolute path of the Dockerfile of a service; undefined where it builds none. */
export function dockerfileOf(service: Written, { variables }: Importing): string | undefined {
  const build = service.get("build");
  if (build === undefined) return undefined;
  const context = build.kind === "value" ? build : build.get("context");
  const folder = variables.valueOf(context?.text ?? ".");
  const dockerfile = build.kind === "value" ? undefined : build.get("dockerfile")?.text;
  return path.resolve(build.file.directory, folder, variables.valueOf(dockerfile ?? "Dockerfile"));
}

/** The images that a Dockerfile names, as it writes them. */
export function basesIn(dockerfile: string): readonly string[] {
  return [
    ...dockerfile.matchAll(/^\s*FROM\s+(?:--\S+\s+)*(\S+)/gim),
    ...dockerfile.matchAll(/--from=(\S+)/gi),
  ].flatMap(([, name]) => name ?? []);
}
