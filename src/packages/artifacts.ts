import { byPath } from "../order.ts";
import { stat } from "node:fs/promises";
import { QclockError } from "../error.ts";
import type { Artifact } from "../stack/stack.ts";
import type { Digest } from "../digest.ts";
import type { Advice } from "../store/advice.ts";
import type { LockedArtifact } from "./package.ts";

/** What the manifest and the lock both say of an artifact. */
export type ArtifactPin = Pick<Artifact, "url" | "digest" | "path">;

/** What the failures of fetching artifacts say. */
export const artifactAdvice: Advice = {
  code: "artifact-unreachable",
  server: "the server",
  missing: "The server does not have it: check the artifact's URL in the manifest.",
  refused:
    "The server refused; qclock sends no credentials. QCLOCK_ARTIFACT_MIRROR can name a server that asks for none.",
  unreachable:
    "Check the URL and the network, or name a mirror that holds it under HOST/PATH: QCLOCK_ARTIFACT_MIRROR.",
  otherBytes:
    "The server has another file under this name; nothing of it was kept. If the new one is meant, write its digest into the manifest.",
};

/**
 * Where an artifact is fetched from: its own URL, or `<mirror>/<host>/<path>` where there is a
 * mirror.
 */
export function artifactUrl(url: string, mirror: string | undefined): string {
  if (mirror === undefined) return url;
  const { host, pathname, search } = new URL(url);
  return `${mirror}/${host}${pathname}${search}`;
}

/**
 * The mirror that an environment variable names: a base URL, here without the slash at its end. An
 * empty value is as good as none.
 *
 * Throws `usage` for what is no URL of HTTP, and for credentials.
 */
export function parseArtifactMirror(value: string | undefined): string | undefined {
  if (value === undefined || value === "") return undefined;
  const url = URL.canParse(value) ? new URL(value) : undefined;
  const isPlain = url?.username === "" && url.password === "" && url.search + url.hash === "";
  if (url === undefined || !/^https?:$/.test(url.protocol) || !isPlain) {
    // Not shown: it may hold a password.
    throw new QclockError("usage", "The value of QCLOCK_ARTIFACT_MIRROR cannot be used.", {
      hint: "Give a base URL of HTTPS or HTTP without credentials, such as https://mirror.example/artifacts.",
    });
  }
  return value.replace(/\/+$/, "");
}

/** In the order of the lock: by path, so that its text does not depend on the manifest's order. */
export function sortedByPath<Item extends Pick<ArtifactPin, "path">>(
  artifacts: readonly Item[],
): readonly Item[] {
  return artifacts.toSorted(byPath);
}

/**
 * Artifacts with their sizes: those that are known already, and of the others what the store has
 * by now.
 */
export async function pinArtifacts(
  artifacts: readonly ArtifactPin[],
  paths: ReadonlyMap<Digest, string>,
  known: ReadonlyMap<Digest, number> = new Map(),
): Promise<readonly LockedArtifact[]> {
  return Promise.all(
    sortedByPath(artifacts).map(async ({ url, digest, path }) => {
      const sizeBytes = known.get(digest) ?? (await stat(paths.get(digest) ?? "")).size;
      return { url, digest, sizeBytes, path };
    }),
  );
}
