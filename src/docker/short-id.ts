/** An id in the length that the Engine's own tools show; a name as it is. */
export function shortId(idOrName: string): string {
  return /^[0-9a-f]{64}$/u.test(idOrName) ? idOrName.slice(0, 12) : idOrName;
}
