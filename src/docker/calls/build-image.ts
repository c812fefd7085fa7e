import { QclockError } from "../../error.ts";
import type { EngineClient } from "../connection/client.ts";
import type { BuildRequest } from "../engine.ts";
import { readProgress } from "../progress/progress.ts";
import type { ImageDetails } from "../engine.ts";

export interface BuildImage {
  readonly request: BuildRequest;
  readonly onOutput: (line: string) => void;
  readonly signal: AbortSignal | undefined;
  /** `Engine.inspectImage` and `Engine.tagImage`. */
  readonly inspect: (id: string) => Promise<ImageDetails | undefined>;
  readonly tag: (id: string, reference: string) => Promise<void>;
}

/**
 * `POST /build`. A build has succeeded when its stream named an image, the Engine has that image,
 * and it bears the labels asked for; only then does its name move. The image is made without a
 * name, so that a broken build never takes one.
 */
export async function buildImage(
  client: EngineClient,
  { request, onOutput, signal, inspect, tag }: BuildImage,
): Promise<string> {
  const operation = `build ${request.reference ?? "an image"}`;
  const { imageId } = await readProgress(client.http, {
    call: {
      method: "POST",
      path: "/build",
      query: queryOf(request),
      body: request.context,
      headers: { "Content-Type": "application/x-tar", "Content-Length": request.contextSizeBytes },
      operation,
      code: "build-failed",
      signal,
      fresh: true,
    },
    onOutput,
  });
  if (imageId === undefined) {
    throw new QclockError(
      "build-failed",
      `Could not ${operation}: the Engine ended without naming an image.`,
      {
        hint: "The Engine may have been restarted; run the command again.",
      },
    );
  }
  const image = await inspect(imageId);
  const lost = image === undefined ? ["the image itself"] : missingLabels(image, request.labels);
  if (lost.length > 0) {
    throw new QclockError(
      "build-failed",
      `Could not ${operation}: the Engine's result lacks ${lost.join(", ")}.`,
      {
        hint: "`qclock doctor` builds a small image to see what this Engine's builder does.",
      },
    );
  }
  if (request.reference !== undefined) await tag(imageId, request.reference);
  return imageId;
}

function queryOf(request: BuildRequest): Readonly<Record<string, string | undefined>> {
  return {
    dockerfile: request.dockerfile,
    target: request.target,
    buildargs: JSON.stringify(Object.fromEntries(request.buildArgs)),
    labels: JSON.stringify(Object.fromEntries(request.labels)),
    rm: "1",
    forcerm: "1",
    // Version 1 is the classic builder, the API's default to this day.
    version: request.builder === "buildkit" ? "2" : "1",
  };
}

function missingLabels(
  image: ImageDetails,
  wanted: ReadonlyMap<string, string>,
): readonly string[] {
  return [...wanted]
    .filter(([name, value]) => image.labels.get(name) !== value)
    .map(([name]) => `label ${name}`);
}
