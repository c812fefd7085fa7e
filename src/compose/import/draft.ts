import type { Importing } from "./importing.ts";
import type { ManifestNames } from "./names.ts";
import type { ManifestValue } from "../manifest-value.ts";

/** A service of the manifest while it is put together. */
export interface ServiceDraft {
  /** Its name in the compose file. */
  readonly key: string;
  /** Its name in the manifest. */
  readonly name: string;
  readonly importing: Importing;
  /** What is shared with the other services. */
  readonly stack: StackDraft;
  /** What is written, by key. */
  readonly out: Map<string, ManifestValue>;
  /** Departures from the hardened defaults, by the keys of `policy`: true, or by a name each. */
  readonly policy: Map<string, true | Set<string>>;
}

/** What services of one manifest share. */
export interface StackDraft {
  readonly serviceNames: ManifestNames;
  readonly networkNames: ManifestNames;
  readonly volumeNames: ManifestNames;
  readonly secretNames: ManifestNames;
  /** Volumes that a service brings along, since compose needs no declaration for them. */
  readonly volumes: Map<string, ManifestValue>;
  /** Names in the compose file of services whose end another one waits for. */
  readonly jobs: ReadonlySet<string>;
  /** Names in the compose file of services that get probes. */
  readonly probed: ReadonlySet<string>;
  /** Names in the manifest of networks that have a way out. */
  readonly openNetworks: ReadonlySet<string>;
  /** Further names of services, by their names in the compose file. */
  readonly aliases: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Where a key of the service stands in the manifest. */
export function pathOf({ name }: ServiceDraft, key: string): readonly string[] {
  return ["services", name, key];
}

/** Say that the service departs from a default; with a name, in this one point. */
export function depart({ policy }: ServiceDraft, key: string, point?: string): void {
  if (point === undefined) {
    policy.set(key, true);
    return;
  }
  const points = policy.get(key);
  if (points instanceof Set) points.add(point);
  else policy.set(key, new Set([point]));
}
