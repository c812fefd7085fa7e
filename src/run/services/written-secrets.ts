import { digestOf } from "../../packages/canonical-json.ts";
import type { DesiredImage, Observed, ObservedVolume } from "../../plan/observed.ts";
import { generatedVolumeName, secretsVolumeName } from "../../plan/volumes/secret-volumes.ts";
import { labels } from "../../stack/labels.ts";
import type { Service, Stack } from "../../stack/stack.ts";
import type { Store } from "../../store/store.ts";

const NOTE = "written-secrets";

/** What was true when the volume of a service's secrets had been filled to its end. */
export interface WrittenSecrets {
  /** The record on that volume: another volume of the same name has another one. */
  readonly volume: string;
  /** The record on the volume that the generated values were read from. */
  readonly generated: string;
  /** Fingerprint of the service's image, whose accounts say who owns the files. */
  readonly image: string;
}

/** Which secrets, in which Engine. */
interface Place {
  readonly engineId: string;
  readonly stack: Stack;
  readonly service: Service;
}

/**
 * Remember that a service's secrets are whole in their volume, where each of them is generated: no
 * other has a value that can be told to be still the same without looking into the volume.
 */
export async function rememberWritten(
  store: Pick<Store, "writeNote">,
  place: Place,
  written: WrittenSecrets,
): Promise<void> {
  if (!allGenerated(place)) return;
  await store.writeNote(NOTE, noteKey(place), written);
}

/**
 * Services whose secrets are known to be whole in their volume, although no container that was made
 * after them says so: after `down` none is left. What another machine wrote is not known here.
 */
export async function findWritten(
  store: Pick<Store, "readNote">,
  look: {
    readonly stack: Stack;
    readonly observed: Pick<Observed, "engine" | "volumes">;
    readonly desired: ReadonlyMap<string, DesiredImage>;
  },
): Promise<ReadonlySet<string>> {
  const { stack, observed, desired } = look;
  const volumes = new Map(observed.volumes.map((volume) => [volume.name, volume]));
  const generated = recordOf(volumes.get(generatedVolumeName(stack.name)));
  const found = await Promise.all(
    Array.from(stack.services.values(), async (service) => {
      const place = { engineId: observed.engine.id, stack, service };
      const volume = recordOf(volumes.get(secretsVolumeName(stack.name, service.name)));
      const image = desired.get(service.image)?.fingerprint;
      if (volume === undefined || generated === undefined || image === undefined) return [];
      if (!allGenerated(place)) return [];
      const note = await store.readNote(NOTE, noteKey(place));
      return isSame(note, { volume, generated, image }) ? [service.name] : [];
    }),
  );
  return new Set(found.flat());
}

function allGenerated({ stack, service }: Place): boolean {
  return service.secrets.every(
    ({ secret }) => stack.secrets.get(secret)?.source.type === "generate",
  );
}

function recordOf(volume: ObservedVolume | undefined): string | undefined {
  return volume?.ours === true ? volume.labels.get(labels.record) : undefined;
}

/** One note of each volume, since two Engines may have a stack of the same name. */
function noteKey({ engineId, stack, service }: Place): string {
  const volume = secretsVolumeName(stack.name, service.name);
  return digestOf({ engineId, volume }).slice("sha256:".length);
}

function isSame(note: unknown, { volume, generated, image }: WrittenSecrets): boolean {
  if (typeof note !== "object" || note === null) return false;
  const known = new Map<string, unknown>(Object.entries(note));
  return (
    known.get("volume") === volume &&
    known.get("generated") === generated &&
    known.get("image") === image
  );
}
