import path from "node:path";
import type { Location } from "../../diagnostic.ts";
import type { LoadedManifest } from "../../manifest/load.ts";
import type { ManifestImage } from "../../manifest/schema/manifest.ts";
import type { Problems } from "../problems.ts";
import type { Artifact } from "../stack.ts";
import { whiteoutIn } from "../../whiteout.ts";
import { parseMode, parseOwner } from "../values.ts";

type ManifestArtifact = NonNullable<ManifestImage["artifacts"]>[number];

/** What resolving the artifacts of one image needs. */
interface ArtifactsRequest {
  readonly name: string;
  readonly image: ManifestImage;
  readonly loaded: LoadedManifest;
  readonly problems: Problems;
}

/** The artifacts of an image, with the kind of each told and its path normalised. */
export function resolveArtifacts(request: ArtifactsRequest): readonly Artifact[] {
  const artifacts = (request.image.artifacts ?? []).map((entry, index) =>
    resolveArtifact(request, entry, index),
  );
  refuseSamePaths(request, artifacts);
  return artifacts;
}

function resolveArtifact(
  request: ArtifactsRequest,
  entry: ManifestArtifact,
  index: number,
): Artifact {
  const common = {
    url: entry.url,
    digest: `sha256:${entry.sha256.replace(/^sha256:/i, "").toLowerCase()}`,
    path: normalise(entry.path),
    ...parseOwner(entry.owner),
  } as const;
  const whiteout = whiteoutIn(common.path);
  if (whiteout !== undefined) {
    refuse(request, [index, "path"], {
      message: `"${whiteout}" in the path "${common.path}" of image "${request.name}" is a whiteout, which would remove files from the layers below.`,
      hint: 'Choose a name that does not begin with ".wh.".',
    });
  }
  const { username, password } = new URL(entry.url);
  if (username !== "" || password !== "") {
    refuse(request, [index, "url"], {
      message: `The URL of artifact "${common.path}" of image "${request.name}" holds a user or a password.`,
      hint: "Take them out, since the URL is written into the lock; QCLOCK_ARTIFACT_MIRROR can name a server that asks for none.",
    });
  }
  const unpack = entry.unpack === "auto" ? kindByName(entry.url) : entry.unpack;
  if (unpack === "none") {
    refuseForFile(request, entry, index);
    return { ...common, unpack, mode: parseMode(entry.mode ?? "0644") };
  }
  if (entry.mode !== undefined) {
    refuse(request, [index, "mode"], {
      message: `"mode" has no meaning for "${common.path}" of image "${request.name}", which is unpacked: the archive has modes of its own.`,
      hint: "Take it away, or write `unpack: none` for a single file.",
    });
  }
  return { ...common, unpack, stripComponents: entry.strip_components };
}

/** What goes with archives only, and what would make a single file something else. */
function refuseForFile(request: ArtifactsRequest, entry: ManifestArtifact, index: number): void {
  const { name, image } = request;
  if (entry.strip_components > 0) {
    refuse(request, [index, "strip_components"], {
      message: `"strip_components" has no meaning for "${entry.path}" of image "${name}", which is not unpacked.`,
      hint:
        entry.unpack === "auto"
          ? "The URL's name does not tell an archive: write `unpack: tar` or `unpack: zip`."
          : "Take it away, or unpack the archive.",
    });
  }
  if (entry.path.endsWith("/")) {
    refuse(request, [index, "path"], {
      message: `"${entry.path}" is a folder, but a single file is put there in image "${name}".`,
      hint: "Give the path of the file itself, or `unpack: tar` or `unpack: zip` when it is an archive.",
    });
  }
  const isListed = (image.setuid ?? []).some((at) => normalise(at) === normalise(entry.path));
  if ((parseMode(entry.mode ?? "0644") & 0o6000) !== 0 && !isListed) {
    refuse(request, [index, "mode"], {
      message: `The mode of "${entry.path}" sets setuid or setgid, which image "${name}" does not allow.`,
      hint: "Name the path under `setuid` as well.",
    });
  }
}

function refuseSamePaths(request: ArtifactsRequest, artifacts: readonly Artifact[]): void {
  const { name, loaded, problems } = request;
  const place = (index: number): Location =>
    loaded.locator.value(["images", name, "artifacts", index, "path"]);
  for (const [index, artifact] of artifacts.entries()) {
    const first = artifacts.findIndex(({ path: at }) => at === artifact.path);
    if (first === index) continue;
    problems.add("duplicate-name", place(index), {
      message: `Two artifacts of image "${name}" have the path "${artifact.path}".`,
      related: [{ message: "first given here", location: place(first) }],
      hint: "Give each a path of its own.",
    });
  }
}

function refuse(
  { name, loaded, problems }: ArtifactsRequest,
  at: readonly PropertyKey[],
  parts: { readonly message: string; readonly hint: string },
): void {
  problems.add("invalid-value", loaded.locator.value(["images", name, "artifacts", ...at]), parts);
}

/** By the end of the URL's path; what follows `?` says nothing about the file. */
function kindByName(url: string): Artifact["unpack"] {
  const { pathname } = new URL(url);
  if (/\.(?:tar|tar\.(?:gz|xz|zst|bz2)|tgz|txz|tzst|tbz2?)$/i.test(pathname)) return "tar";
  return /\.zip$/i.test(pathname) ? "zip" : "none";
}

function normalise(file: string): string {
  const normal = path.posix.normalize(file);
  return normal === "/" ? normal : normal.replace(/\/$/, "");
}
