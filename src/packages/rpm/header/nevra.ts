import { shown } from "../../../archive/name.ts";
import type { PackageId } from "../../package.ts";
import type { RpmHeader } from "./header.ts";
import { tags } from "./tags.ts";

/**
 * Which package a header is of: name, `[EPOCH:]VERSION-RELEASE` without an epoch of 0, and
 * architecture. Throws an `Error` when it does not say that, or not in letters that rpm takes.
 */
export function nevraOf(header: RpmHeader): PackageId {
  const name = part(header, tags.name, /^\w[\w.+-]*$/);
  const version = part(header, tags.version, /^[\w.+~^]+$/);
  const release = part(header, tags.release, /^[\w.+~^]+$/);
  const architecture = part(header, tags.architecture, /^\w+$/);
  const epoch = header.numbers(tags.epoch)[0] ?? 0;
  const prefix = epoch === 0 ? "" : `${epoch}:`;
  return { name, version: `${prefix}${version}-${release}`, architecture };
}

/** Names in a file's name and in messages: longer ones no package has. */
const LONGEST = 256;

function part(header: RpmHeader, tag: number, form: RegExp): string {
  const text = header.text(tag) ?? "";
  if (text.length <= LONGEST && form.test(text)) return text;
  throw new Error(`it says ${JSON.stringify(shown(text))} as tag ${tag}`);
}
