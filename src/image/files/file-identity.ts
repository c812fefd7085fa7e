import { hash } from "node:crypto";
import type { ScannedFile } from "./scanned-file.ts";

/**
 * Digest of everything of a file that shows in the image, in bytes: that of the canonical JSON of
 * its fields but for where it lies on the host. Written out, since a build with nothing to do makes
 * one for each file.
 */
export function identityOf(file: ScannedFile): Buffer {
  const { digest, gid, linkTarget, linkedTo, mode, path, size, type, uid } = file;
  const fields = [
    digest === undefined ? "" : `"digest":"${digest}",`,
    `"gid":${gid},`,
    linkTarget === undefined ? "" : `"linkTarget":${JSON.stringify(linkTarget)},`,
    linkedTo === undefined ? "" : `"linkedTo":${JSON.stringify(linkedTo)},`,
    `"mode":${mode},"path":${JSON.stringify(path)},"size":${size},"type":"${type}","uid":${uid}`,
  ];
  return hash("sha256", `{${fields.join("")}}`, "buffer");
}
