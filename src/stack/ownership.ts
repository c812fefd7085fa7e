import { createHash } from "node:crypto";
import { labels } from "./labels.ts";

/**
 * Kinds of objects in the Engine that qclock makes and removes. Images are told by their names
 * alone.
 */
export type OwnedKind = "container" | "network" | "volume";

interface Labelled {
  readonly kind: OwnedKind;
  /** In the Engine. */
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
}

/**
 * Labels that the record vouches for. Those that images hand down to their containers are not among
 * them; the stack's is compared by itself.
 */
const vouchedFor = [
  labels.role,
  labels.service,
  labels.configHash,
  labels.imageIdentity,
  labels.network,
  labels.volume,
  labels.secrets,
  labels.os,
  labels.run,
  labels.manifest,
  labels.version,
];

/** The Engine answers a call to create something within this time, however busy it is. */
const creationMs = 60_000;
/** The Engine's clock is known to this precision. */
const precisionMs = 5000;

/**
 * The label by which qclock knows again what it made: when, by the Engine's clock, and a digest
 * that binds that time, the name and the other labels together. Copied onto an object of another
 * name, or onto one that was made at another time, it does not fit.
 *
 * There is no key in it, on purpose: a key would have to be read from a volume before each look,
 * and with that volume lost nothing could be taken down any more. Whoever computes a record on
 * purpose has the Engine's socket, and can remove the same objects without qclock.
 */
export function recordOf(object: Labelled, madeAtMs: number): string {
  const madeAt = new Date(madeAtMs).toISOString();
  return `${madeAt} ${digestOf(object, madeAt)}`;
}

/**
 * Whether qclock made an object for a stack: by its name, its labels and its record together.
 * `createdAtMs` is the Engine's own time of creation; absent for volumes, for which it gives none
 * that stays.
 */
export function isOurs(
  object: Labelled & { readonly stack: string; readonly createdAtMs?: number | undefined },
): boolean {
  const { stack, createdAtMs } = object;
  if (object.labels.get(labels.stack) !== stack || !hasOurName(object)) return false;
  const [madeAt = "", digest] = (object.labels.get(labels.record) ?? "").split(" ");
  if (digest !== digestOf(object, madeAt)) return false;
  if (createdAtMs === undefined) return true;
  const ageMs = createdAtMs - Date.parse(madeAt);
  return ageMs >= -precisionMs && ageMs <= creationMs;
}

/**
 * The names that qclock gives, from the labels: a renamed container is not what its labels say any
 * more.
 */
function hasOurName({
  kind,
  name,
  labels: found,
  stack,
}: Labelled & { readonly stack: string }): boolean {
  switch (kind) {
    case "container": {
      const service = found.get(labels.service);
      return service === undefined ? found.has(labels.role) : name === `${stack}-${service}-1`;
    }
    case "network":
      return name === `${stack}_${found.get(labels.network) ?? ""}`;
    case "volume": {
      const volume = found.get(labels.volume);
      // Volumes of secrets bear the key of no volume.
      return volume === undefined ? name.startsWith(`${stack}_`) : name === `${stack}_${volume}`;
    }
  }
}

function digestOf({ kind, name, labels: found }: Labelled, madeAt: string): string {
  const facts = [kind, name, madeAt, ...vouchedFor.map((key) => found.get(key) ?? null)];
  return createHash("sha256").update(JSON.stringify(facts)).digest("hex").slice(0, 32);
}
