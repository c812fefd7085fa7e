import path from "node:path";
import type { Location } from "../diagnostic.ts";
import type { ManifestImage } from "../manifest/schema/manifest.ts";
import type { Problems } from "./problems.ts";
import type { ResolveRequest } from "./resolve.ts";
import type { AssembledImage, DirectoryEntry, FileTree, Image, ImageSettings } from "./stack.ts";
import { parseCommand, parseMode, parseOwner, parsePairs } from "./values.ts";

interface ImagesRequest extends ResolveRequest {
  readonly problems: Problems;
  readonly locations: Map<string, Location>;
}

/** What is left out of every package unless the manifest says otherwise: documentation and translations. */
export const defaultExcludes: readonly string[] = [
  "/usr/share/doc",
  "/usr/share/man",
  "/usr/share/info",
  "/usr/share/locale",
  "/usr/share/lintian",
];

/** Resolve each image; problems are collected, and an image with one may be left out. */
export function resolveImages(request: ImagesRequest): ReadonlyMap<string, Image> {
  const { loaded, problems, locations } = request;
  const images = new Map<string, Image>();
  for (const [name, image] of Object.entries(loaded.manifest.images)) {
    const place = loaded.locator.key(["images", name]);
    locations.set(`images.${name}`, place);
    const kinds = (["from", "build", "image"] as const).filter((kind) => image[kind] !== undefined);
    const [kind] = kinds;
    if (kind === undefined || kinds.length > 1) {
      problems.add("invalid-value", place, {
        message: `Image "${name}" must have exactly one of from, build and image.`,
        hint: "`from: scratch` starts an image of packages and files.",
      });
      continue;
    }
    images.set(name, resolveImage({ ...request, name, image }));
  }
  return images;
}

interface ImageRequest extends ImagesRequest {
  readonly name: string;
  readonly image: ManifestImage;
}

function resolveImage(request: ImageRequest): Image {
  const { name, image, loaded } = request;
  const reference = `qclock.invalid/${loaded.manifest.name}/${name}:latest`;
  if (image.image !== undefined) return { type: "pulled", name, reference, source: image.image };
  if (image.build !== undefined) return resolveDockerfile(request, reference);
  return resolveAssembled(request, reference);
}

function resolveDockerfile(request: ImageRequest, reference: string): Image {
  const { name, image, loaded, problems, froms } = request;
  const build =
    typeof image.build === "string"
      ? { context: image.build, dockerfile: "Dockerfile" }
      : image.build;
  const context = insidePath(request, build?.context ?? ".", ["images", name, "build"]);
  const dockerfile = path.resolve(context, build?.dockerfile ?? "Dockerfile");
  if (request.fileKind(dockerfile) !== "file") {
    problems.add("missing-file", loaded.locator.value(["images", name, "build"]), {
      message: `Image "${name}" has no Dockerfile at ${path.relative(loaded.directory, dockerfile)}.`,
    });
  }
  const target = build !== undefined && "target" in build ? build.target : undefined;
  const buildArgs = build !== undefined && "args" in build ? build.args : undefined;
  return {
    type: "dockerfile",
    name,
    reference,
    context,
    dockerfile,
    ...(target === undefined ? {} : { target }),
    buildArgs: parsePairs(buildArgs),
    parents: [...new Set((froms.get(name) ?? []).filter((from) => from in loaded.manifest.images))],
    labels: parsePairs(image.labels),
  };
}

function resolveAssembled(request: ImageRequest, reference: string): AssembledImage {
  const { name, image, loaded, problems, os } = request;
  const { from = "scratch" } = image;
  const parent = from === "scratch" ? undefined : from;
  if (parent !== undefined && !(parent in loaded.manifest.images)) {
    problems.addUnknown({
      code: "unknown-image",
      noun: "Image",
      name: parent,
      path: ["images", name, "from"],
      home: ["images"],
      known: Object.keys(loaded.manifest.images),
    });
  }
  return {
    type: "assembled",
    name,
    reference,
    ...(parent === undefined ? {} : { parent }),
    packages: packagesFor(request),
    exclude: image.exclude ?? defaultExcludes,
    users: (image.accounts?.users ?? []).map((user) => ({ ...user, gid: user.gid ?? user.uid })),
    groups: image.accounts?.groups ?? [],
    files: (image.files ?? []).map((file, index) => resolveFile(request, file, index)),
    directories: (image.directories ?? []).map((entry): DirectoryEntry => ({
      path: entry.path,
      mode: parseMode(entry.mode),
      ...parseOwner(entry.owner),
    })),
    setuid: image.setuid ?? [],
    config: settingsOf(image),
  };

  function packagesFor({ image: { packages } }: ImageRequest): readonly string[] {
    if (packages === undefined) return [];
    const own = packages[os];
    if (own === undefined) {
      problems.add("unknown-os", loaded.locator.key(["images", name, "packages"]), {
        message: `Image "${name}" lists no packages for ${os}.`,
        hint: `It lists some for ${Object.keys(packages).join(", ")}.`,
      });
      return [];
    }
    return [...new Set("install" in own ? own.install : own)].toSorted();
  }
}

function settingsOf(image: ManifestImage): ImageSettings {
  return {
    ...(image.user === undefined ? {} : { user: image.user }),
    ...(image.entrypoint === undefined ? {} : { entrypoint: parseCommand(image.entrypoint) }),
    ...(image.command === undefined ? {} : { command: parseCommand(image.command) }),
    ...(image.working_dir === undefined ? {} : { workingDirectory: image.working_dir }),
    ...(image.stop_signal === undefined ? {} : { stopSignal: image.stop_signal }),
    environment: parsePairs(image.environment),
    exposedPorts: (image.expose ?? []).map((port) =>
      String(port).includes("/") ? String(port) : `${port}/tcp`,
    ),
    labels: parsePairs(image.labels),
  };
}

function resolveFile(
  request: ImageRequest,
  file: NonNullable<ManifestImage["files"]>[number],
  index: number,
): FileTree {
  const { name, loaded, problems, fileKind } = request;
  const entry = typeof file === "string" ? { path: file } : file;
  const at = ["images", name, "files", index] as const;
  const source = insidePath(request, entry.path, at);
  const kind = fileKind(source);
  if (kind === undefined) {
    problems.add("missing-file", loaded.locator.value(at), {
      message: `"${entry.path}" of image "${name}" does not exist.`,
    });
  }
  const target = "target" in entry ? entry.target : undefined;
  if (kind === "file" && target === undefined) {
    problems.add("invalid-value", loaded.locator.value(at), {
      message: `"${entry.path}" is a file; say with "target" what it becomes in the image.`,
    });
  }
  const mode = "mode" in entry ? entry.mode : undefined;
  const owner = "owner" in entry ? entry.owner : undefined;
  return {
    source,
    target: target ?? "/",
    ...(mode === undefined ? {} : { mode: parseMode(mode) }),
    ...(owner === undefined ? { uid: 0, gid: 0 } : parseOwner(owner)),
  };
}

/** Everything that goes into an image lies below the manifest's folder, so that the folder is the whole truth. */
function insidePath(request: ImageRequest, relative: string, at: readonly PropertyKey[]): string {
  const { loaded, problems } = request;
  const absolute = path.resolve(loaded.directory, relative);
  const inside = absolute === loaded.directory || absolute.startsWith(loaded.directory + path.sep);
  if (!inside) {
    problems.add("path-outside-project", loaded.locator.value(at), {
      message: `"${relative}" lies outside of the project.`,
      hint: "Move it below the manifest's folder.",
    });
  }
  return absolute;
}
