/** A SHA-256 digest as OCI writes it. Source: OCI image-spec, descriptor.md, "Digests". */
export type Digest = `sha256:${string}`;

/** The digest whose hexadecimal form is `sha256`, in lower case. */
export function toDigest(sha256: string): Digest {
  return `sha256:${sha256}`;
}
