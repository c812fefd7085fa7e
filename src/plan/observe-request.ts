import type { Stack } from "../stack/stack.ts";
import { generatedVolumeName, secretsVolumeName } from "./volumes/secret-volumes.ts";

/** Every name in the Engine that a stack claims: what bears one without our label is foreign. */
export interface ClaimedNames {
  readonly stack: string;
  readonly imageReferences: readonly string[];
  readonly containerNames: readonly string[];
  readonly networkNames: readonly string[];
  readonly volumeNames: readonly string[];
}

/** The names to look for. */
export function observeRequest(stack: Stack): ClaimedNames {
  const services = [...stack.services.values()];
  return {
    stack: stack.name,
    imageReferences: [...stack.images.values()].map(({ reference }) => reference),
    containerNames: services.map(({ containerName }) => containerName),
    networkNames: [...stack.networks.values()].map(({ engineName }) => engineName),
    volumeNames: [
      ...[...stack.volumes.values()].map(({ engineName }) => engineName),
      ...services
        .filter(({ secrets }) => secrets.length > 0)
        .map(({ name }) => secretsVolumeName(stack.name, name)),
      generatedVolumeName(stack.name),
    ],
  };
}
