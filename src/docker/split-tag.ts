/** The last colon begins the tag, unless it belongs to a registry's port. */
export function splitTag(reference: string): { readonly repo: string; readonly tag: string } {
  const colon = reference.lastIndexOf(":");
  if (colon === -1 || reference.includes("/", colon)) return { repo: reference, tag: "latest" };
  return { repo: reference.slice(0, colon), tag: reference.slice(colon + 1) };
}
