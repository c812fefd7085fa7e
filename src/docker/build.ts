import { type ContextDigest, digestContext } from "../build-context/digest.ts";
import { renameFroms } from "../build-context/dockerfile.ts";
import { lintContext } from "../build-context/lint.ts";
import { needsBuildkit } from "../build-context/needs-buildkit.ts";
import { packContext } from "../build-context/pack.ts";
import { type ContextScan, scanContext } from "../build-context/scan.ts";
import { refuseSecrets } from "../build-context/secrets.ts";
import type { Diagnostic } from "../diagnostic.ts";
import { QclockError } from "../error.ts";
import { labels } from "../stack/labels.ts";
import type { DockerfileImage } from "../stack/stack.ts";
import type { Digest } from "../digest.ts";
import type { Store } from "../store/store.ts";
import { type Builder, chooseBuilder } from "./builder.ts";
import type { Engine, OnOutput } from "./engine.ts";

export interface DockerfileBuild {
  readonly engine: Engine;
  readonly image: DockerfileImage;
  readonly stackName: string;
  /** Real path of the project's folder. */
  readonly project: string;
  /**
   * Names in the Engine of the stack's images, by their keys in the manifest. Those that the
   * Dockerfile stands on must be there.
   */
  readonly references: ReadonlyMap<string, string>;
  readonly fingerprint: Digest;
  readonly store: Store;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** How to show an absolute path to the user. */
  readonly displayPath: (absolutePath: string) => string;
  readonly onOutput: OnOutput;
  readonly onNotice: (message: string) => void;
  readonly signal?: AbortSignal;
}

/**
 * Build a Dockerfile image with the Engine's builder and give it its name. Images of the stack that
 * the Dockerfile names become their names in the Engine, whose registry cannot exist: no registry
 * can put another image in their place. Resolves with the image's id.
 */
export async function buildDockerfileImage(build: DockerfileBuild): Promise<string> {
  const { engine, image, store, now, signal, onNotice } = build;
  const scan = await scanContext(image, build.project);
  for (const notice of scan.notices) onNotice(notice);
  await refuseSecrets(scan);
  await refuseMistakes(build, scan);
  const context = await digestContext(scan, { store, now });
  const builder = await builderFor(build, scan);
  const dockerfileText = renameFroms(scan.dockerfile.text, build.references, image.buildArgs);
  await using packed = await packContext({
    scan,
    dockerfileText,
    files: context.files,
    hideDockerfile: scan.dockerfile.isHidden && builder === "classic",
    store,
  });
  return await engine.buildImage(
    {
      context: packed.content,
      contextSizeBytes: packed.sizeBytes,
      dockerfile: scan.dockerfile.path,
      ...(image.target === undefined ? {} : { target: image.target }),
      buildArgs: image.buildArgs,
      labels: labelsOf(build, context),
      reference: image.reference,
      builder,
    },
    build.onOutput,
    signal,
  );
}

/**
 * The classic builder for a Dockerfile that COPY must not see: it takes it out of the context.
 * BuildKit, which has the context from its caller piece by piece when the docker command builds,
 * here reads both from one archive and shows COPY all of it.
 */
async function builderFor(
  { engine, image, store, onNotice, signal }: DockerfileBuild,
  { dockerfile }: ContextScan,
): Promise<Builder> {
  const isHidden = dockerfile.isHidden;
  if (isHidden && !needsBuildkit(dockerfile.text)) return "classic";
  const builder = await chooseBuilder({
    engine,
    store,
    onNotice,
    ...(signal === undefined ? {} : { signal }),
  });
  if (isHidden && builder === "buildkit") {
    onNotice(
      `Image ${image.name}: COPY sees the Dockerfile as ${dockerfile.path}, since what else it has needs BuildKit. Name the files that COPY takes.`,
    );
  }
  return builder;
}

function labelsOf(
  { image, stackName, fingerprint }: DockerfileBuild,
  { digest, fileCount }: ContextDigest,
): ReadonlyMap<string, string> {
  return new Map([
    ...image.labels,
    [labels.stack, stackName],
    [labels.image, image.name],
    [labels.fingerprint, fingerprint],
    [labels.context, `${digest} ${fileCount}`],
  ]);
}

async function refuseMistakes(
  { image, displayPath, onNotice }: DockerfileBuild,
  scan: ContextScan,
): Promise<void> {
  const diagnostics = await lintContext({ image, scan, displayPath });
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  for (const diagnostic of diagnostics) {
    if (diagnostic.severity === "warning") onNotice(inOneLine(diagnostic));
  }
  if (errors.length === 0) return;
  throw new QclockError(
    "build-failed",
    `The build context of image ${image.name} has ${errors.length === 1 ? "a problem" : `${errors.length} problems`}.`,
    {
      hint: errors[0]?.hint,
      details: errors.map(inOneLine),
    },
  );
}

function inOneLine({
  location: { file, line, column },
  severity,
  message,
  code,
}: Diagnostic): string {
  return `${file}:${line}:${column} ${severity}: ${message} [${code}]`;
}
