import path from "node:path";
import { osOfPath } from "../../os.ts";
import { imageNamePrefix } from "./image-name.ts";
import type { Location } from "../../diagnostic.ts";
import type { ManifestImage } from "../../manifest/schema/manifest.ts";
import { refuseUnknownAccounts } from "./accounts.ts";
import { resolveArtifacts } from "./artifacts.ts";
import { adviceOnReference } from "./image-advice.ts";
import { numericUsersOf } from "./numeric-users.ts";
import type { Problems } from "../problems.ts";
import { projectPath } from "../project-path.ts";
import type { ResolveRequest } from "../request.ts";
import type { AssembledImage, DirectoryEntry, FileTree, Image, ImageSettings } from "../stack.ts";
import { resolveWheels } from "./wheels.ts";
import { parseCommand, parseMode, parseOwner, parsePairs } from "../values.ts";

interface ImagesRequest extends ResolveRequest {
  readonly problems: Problems;
  readonly locations: Map<string, Location>;
}

/**
 * What is left out of every package unless the manifest says otherwise: documentation and
 * translations.
 */
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
    for (const key of ["entrypoint", "command", "working_dir"] as const) {
      if (image[key] === undefined) continue;
      locations.set(`images.${name}.${key}`, loaded.locator.value(["images", name, key]));
    }
    const kinds = (["from", "build", "image"] as const).filter((kind) => image[kind] !== undefined);
    const [kind] = kinds;
    if (name === "scratch") {
      problems.add("invalid-value", place, {
        message: '"scratch" is no image\'s name: `from: scratch` means an empty one.',
      });
    }
    if (kind === undefined || kinds.length > 1) {
      problems.add("invalid-value", place, {
        message: `Image "${name}" must have exactly one of from, build and image.`,
        hint: "`from: scratch` starts an image of packages and files.",
      });
      continue;
    }
    refuseOtherKinds({ ...request, name, image }, kind);
    refuseSameAccounts({ ...request, name, image });
    images.set(name, resolveImage({ ...request, name, image }));
  }
  for (const [name, { user }] of Object.entries(loaded.manifest.images)) {
    if (user === undefined) continue;
    const location = loaded.locator.value(["images", name, "user"]);
    refuseUnknownAccounts({ ...request, images, image: name, user, location });
  }
  return images;
}

interface ImageRequest extends ImagesRequest {
  readonly name: string;
  readonly image: ManifestImage;
}

function resolveImage(request: ImageRequest): Image {
  const { name, image, loaded } = request;
  const reference = `${imageNamePrefix}/${loaded.manifest.name}/${name}:latest`;
  if (image.image !== undefined) return { type: "pulled", name, reference, source: image.image };
  if (image.build !== undefined) return resolveDockerfile(request, reference);
  return resolveAssembled(request, reference);
}

/** Keys that mean nothing for a kind of image would otherwise be dropped without a word. */
const keysOfKind: Readonly<Record<"from" | "build" | "image", readonly string[] | undefined>> = {
  from: undefined,
  build: ["build", "labels"],
  image: ["image"],
};

function refuseOtherKinds(
  { name, image, loaded, problems }: ImageRequest,
  kind: "from" | "build" | "image",
): void {
  const allowed = keysOfKind[kind];
  if (allowed === undefined) return;
  for (const [key, value] of Object.entries(image)) {
    if (value === undefined || allowed.includes(key)) continue;
    problems.add("unknown-key", loaded.locator.key(["images", name, key]), {
      message: `"${key}" has no meaning for image "${name}", which has \`${kind}\`.`,
      hint: `It goes with \`from\`. Put an image with \`from: ${name}\`${kind === "build" ? ", or lines of the Dockerfile," : ""} in its place.`,
    });
  }
}

function refuseSameAccounts({ name, image, loaded, problems }: ImageRequest): void {
  const { users = [], groups = [] } = image.accounts ?? {};
  for (const [kind, names] of [
    ["users", users.map((user) => user.name)],
    ["groups", groups.map((group) => group.name)],
  ] as const) {
    for (const [index, account] of names.entries()) {
      const first = names.indexOf(account);
      if (first === index) continue;
      const place = (at: number): Location =>
        loaded.locator.value(["images", name, "accounts", kind, at, "name"]);
      problems.add("duplicate-name", place(index), {
        message: `"${account}" is given twice among the ${kind} of image "${name}".`,
        related: [{ message: "first given here", location: place(first) }],
      });
    }
  }
}

function resolveDockerfile(request: ImageRequest, reference: string): Image {
  const { name, image, loaded, problems, froms } = request;
  const build =
    typeof image.build === "string"
      ? { context: image.build, dockerfile: "Dockerfile" }
      : image.build;
  const contextWritten = build?.context ?? ".";
  const written = path.join(contextWritten, build?.dockerfile ?? "Dockerfile");
  const at = ["images", name, "build"];
  const context = projectPath(request, contextWritten, { at });
  const dockerfile =
    context.kind === "outside"
      ? context
      : projectPath(request, written, { at: [...at, "dockerfile"] });
  if (dockerfile.kind !== "file" && dockerfile.kind !== "outside") {
    problems.add("missing-file", loaded.locator.value(at), {
      message: `Image "${name}" has no Dockerfile at ${written}.`,
    });
  }
  const target = build !== undefined && "target" in build ? build.target : undefined;
  const buildArgs = build !== undefined && "args" in build ? build.args : undefined;
  return {
    type: "dockerfile",
    name,
    reference,
    context: context.path,
    dockerfile: dockerfile.path,
    ...(target === undefined ? {} : { target }),
    buildArgs: parsePairs(buildArgs),
    parents: [
      ...new Set(
        (froms.get(name) ?? []).filter((from) => Object.hasOwn(loaded.manifest.images, from)),
      ),
    ],
    labels: parsePairs(image.labels),
  };
}

function resolveAssembled(request: ImageRequest, reference: string): AssembledImage {
  const { name, image, loaded, problems, os } = request;
  const { from = "scratch" } = image;
  const parent = from === "scratch" ? undefined : from;
  if (parent !== undefined && !Object.hasOwn(loaded.manifest.images, parent)) {
    problems.addUnknown({
      code: "unknown-image",
      noun: "Image",
      name: parent,
      path: ["images", name, "from"],
      home: ["images"],
      known: Object.keys(loaded.manifest.images),
      advice: adviceOnReference(parent),
    });
  }
  const wheels = resolveWheels(request);
  return {
    type: "assembled",
    name,
    reference,
    ...(parent === undefined ? {} : { parent }),
    packages: packagesFor(request),
    essential: image.essential ?? false,
    exclude: image.exclude ?? defaultExcludes,
    scripts: image.scripts ?? "interpret",
    strictScripts: image.strict_scripts ?? false,
    debconf: new Map(
      // A package before the question says who asks; the question's name is enough.
      Object.entries(image.debconf ?? {}).map(([question, value]) => [
        question.slice(question.lastIndexOf(" ") + 1),
        String(value),
      ]),
    ),
    users: (image.accounts?.users ?? []).map((user) => ({ ...user, gid: user.gid ?? user.uid })),
    groups: image.accounts?.groups ?? [],
    numericUsers: numericUsersOf(name, { manifest: loaded.manifest, os }),
    artifacts: resolveArtifacts(request),
    ...(wheels === undefined ? {} : { wheels }),
    files: (image.files ?? []).flatMap((file, index) =>
      isForOs(typeof file === "string" ? file : file.path, os)
        ? [resolveFile(request, file, index)]
        : [],
    ),
    directories: (image.directories ?? []).map((entry): DirectoryEntry => ({
      path: entry.path,
      mode: parseMode(entry.mode),
      ...parseOwner(entry.owner),
    })),
    setuid: image.setuid ?? [],
    config: settingsOf(image),
  };

  function packagesFor({ image: { packages }, locations }: ImageRequest): readonly string[] {
    if (packages === undefined) return [];
    const own = packages[os];
    if (own === undefined) {
      problems.add("unknown-os", loaded.locator.key(["images", name, "packages"]), {
        message: `Image "${name}" lists no packages for ${os}.`,
        hint: `It lists some for ${Object.keys(packages).join(", ")}.`,
      });
      return [];
    }
    const isMap = "install" in own;
    const names = isMap ? own.install : own;
    for (const [index, each] of names.entries()) {
      const at = ["images", name, "packages", os, ...(isMap ? ["install"] : []), index];
      const place = loaded.locator.value(at);
      // A list of hundreds of names in one line would be remembered with that line for each of
      // them.
      if (place.sourceLine.length < 1000) {
        locations.set(`images.${name}.packages.${each}`, place);
      }
    }
    return [...new Set(names)].toSorted();
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

/**
 * `rootfs.debian-12` is laid over images of Debian 12 only; a name without an operating system over
 * all.
 */
function isForOs(file: string, os: string): boolean {
  const named = osOfPath(file);
  return named === undefined || named === os;
}

function resolveFile(
  request: ImageRequest,
  file: NonNullable<ManifestImage["files"]>[number],
  index: number,
): FileTree {
  const { name, loaded, problems } = request;
  const entry = typeof file === "string" ? { path: file } : file;
  const at = ["images", name, "files", index] as const;
  const { path: source, kind } = projectPath(request, entry.path, { at });
  request.locations.set(`images.${name}.files.${source}`, loaded.locator.value(at));
  if (kind === "missing" || kind === "other") {
    problems.add("missing-file", loaded.locator.value(at), {
      message:
        kind === "missing"
          ? `"${entry.path}" of image "${name}" does not exist.`
          : `"${entry.path}" of image "${name}" is neither a file nor a folder.`,
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
