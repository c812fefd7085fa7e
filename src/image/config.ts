import { createHash } from "node:crypto";
import { canonicalJson } from "../packages/canonical-json.ts";
import { labels } from "../stack/labels.ts";
import type { AssembledImage, ImageSettings } from "../stack/stack.ts";
import { type Architecture, type Platform, platforms } from "../os.ts";
import type { Digest } from "../digest.ts";
import type { Layer } from "./layers/layer.ts";

/** The settings of an image with its parents' filled in. */
export type EffectiveSettings = ImageSettings;

/**
 * A child's settings over its parent's, as a Dockerfile's `FROM` has it: variables, ports and
 * labels add up; a new entrypoint drops the parent's command.
 */
export function inheritSettings(
  parent: EffectiveSettings | undefined,
  own: ImageSettings,
): EffectiveSettings {
  if (parent === undefined) return own;
  const { command: parentCommand, ...rest } = parent;
  const keepsCommand = own.entrypoint === undefined && parentCommand !== undefined;
  return {
    ...rest,
    ...(keepsCommand ? { command: parentCommand } : {}),
    ...own,
    environment: new Map([...parent.environment, ...own.environment]),
    exposedPorts: [...new Set([...parent.exposedPorts, ...own.exposedPorts])],
    labels: new Map([...parent.labels, ...own.labels]),
  };
}

/** A blob with its digest. */
export interface Blob {
  readonly bytes: Uint8Array;
  readonly digest: Digest;
}

/** Where programs are looked for when an image does not say. */
export const DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/**
 * The OCI image configuration: sorted keys, times of the epoch, nothing of the machine. Source: OCI
 * image-spec 1.1, config.md.
 */
export function buildConfig(request: {
  readonly image: AssembledImage;
  readonly stackName: string;
  readonly settings: EffectiveSettings;
  readonly layers: readonly Layer[];
  readonly architecture: Architecture;
  readonly epoch: number;
  readonly fingerprint: Digest;
  /** See `labels.unsigned`; empty: none. */
  readonly unsigned: string;
}): Blob {
  const { image, stackName, settings, layers, architecture, epoch, fingerprint, unsigned } =
    request;
  const runLayers = layers
    .flatMap(({ kind, diffId }) => (kind === "run" ? [diffId] : []))
    .join(",");
  const created = new Date(epoch * 1000).toISOString().replace(".000Z", "Z");
  const environment = new Map([["PATH", DEFAULT_PATH], ...settings.environment]);
  return toBlob({
    architecture,
    ...variantOf(architecture),
    os: "linux",
    created,
    config: {
      ...(settings.user === undefined ? {} : { User: settings.user }),
      Env: [...environment].map(([name, value]) => `${name}=${value}`),
      ...(settings.entrypoint === undefined ? {} : { Entrypoint: settings.entrypoint }),
      ...(settings.command === undefined ? {} : { Cmd: settings.command }),
      WorkingDir: settings.workingDirectory ?? "/",
      ...(settings.stopSignal === undefined ? {} : { StopSignal: settings.stopSignal }),
      ...(settings.exposedPorts.length === 0
        ? {}
        : { ExposedPorts: Object.fromEntries(settings.exposedPorts.map((port) => [port, {}])) }),
      Labels: {
        ...Object.fromEntries(settings.labels),
        [labels.stack]: stackName,
        [labels.image]: image.name,
        [labels.fingerprint]: fingerprint,
        ...(unsigned === "" ? {} : { [labels.unsigned]: unsigned }),
        ...(runLayers === "" ? {} : { [labels.runLayers]: runLayers }),
      },
    },
    rootfs: { type: "layers", diff_ids: layers.map(({ diffId }) => diffId) },
    history: layers.map(({ kind, entries }) => ({
      created,
      created_by: `qclock: ${kind} layer, ${entries.length} paths`,
    })),
  });
}

/** OCI's `variant` of an architecture that has one. */
export function variantOf(architecture: Architecture): { readonly variant?: string } {
  const { variant }: Platform = platforms[architecture];
  return variant === undefined ? {} : { variant };
}

const CONFIG_TYPE = "application/vnd.oci.image.config.v1+json";
const LAYER_TYPE = "application/vnd.oci.image.layer.v1.tar";
export const MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json";

/**
 * The OCI image manifest over a configuration and its layers. Source: OCI image-spec 1.1,
 * manifest.md.
 */
export function buildManifest(
  config: Blob,
  layers: readonly Pick<Layer, "diffId" | "sizeBytes">[],
): Blob {
  return toBlob({
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    config: { mediaType: CONFIG_TYPE, digest: config.digest, size: config.bytes.length },
    layers: layers.map(({ diffId, sizeBytes }) => ({
      mediaType: LAYER_TYPE,
      digest: diffId,
      size: sizeBytes,
    })),
  });
}

/** Canonical JSON with its digest. */
export function toBlob(value: unknown): Blob {
  const bytes = Buffer.from(canonicalJson(value));
  return { bytes, digest: `sha256:${createHash("sha256").update(bytes).digest("hex")}` };
}
