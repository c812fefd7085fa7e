/** Name in the Engine of the volume that holds the files of a service's secrets. */
export function secretsVolumeName(stack: string, service: string): string {
  return `${stack}_${service}-secrets`;
}

/**
 * Name in the Engine of the volume that holds the stack's generated secrets; no service mounts it.
 */
export function generatedVolumeName(stack: string): string {
  // No service and no volume of the manifest has a name that begins with an underscore.
  return `${stack}__secrets`;
}
