/**
 * What stands in a manifest for a digest that nobody has looked up yet: no image can have it, since
 * nobody knows bytes with this sha256.
 */
export const missingDigest = `sha256:${"0".repeat(64)}`;
