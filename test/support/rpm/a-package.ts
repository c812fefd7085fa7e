import { createHash } from "node:crypto";
import { encodeHeader } from "../../../src/packages/rpm/header/encode-header.ts";
import type { HeaderEntry } from "../../../src/packages/rpm/header/header.ts";
import { headerMagic } from "../../../src/packages/rpm/file/package-file.ts";
import { signatureTags, tags } from "../../../src/packages/rpm/header/tags.ts";
import { binary, numbers, text, texts } from "./header-entries.ts";
import type { SignOptions, TestKey } from "./an-open-pgp-key.ts";

/** What a package of a test is. What is not told has a plain value. */
export interface PackageOptions {
  readonly name?: string;
  readonly version?: string;
  readonly release?: string;
  readonly epoch?: number;
  readonly architecture?: string;
  /** Further entries of the header; they take the place of those with the same tag. */
  readonly entries?: readonly HeaderEntry[];
  /** Tags that the header does not have. */
  readonly without?: readonly number[];
  /** Makes the bytes of the header of its entries; absent: in a region, as rpm does. */
  readonly encode?: (entries: readonly HeaderEntry[]) => Uint8Array;
  /** As it stands in the file, after compression. */
  readonly payload?: Uint8Array;
  /** Signs the header; absent: nobody does. */
  readonly key?: TestKey;
  readonly sign?: SignOptions;
  /** Signs header and payload; absent: nobody does. */
  readonly packageKey?: TestKey;
  /** Further entries of the signature header; they take the place of those with the same tag. */
  readonly signatures?: readonly HeaderEntry[];
}

/** The bytes of an RPM package. */
export function aPackage(options: PackageOptions = {}): Buffer {
  const payload = options.payload ?? Buffer.from("payload");
  const { encode = (entries) => encodeHeader(entries, tags.immutableRegion) } = options;
  const header = Buffer.concat([headerMagic, encode(headerOf(options, payload))]);
  const signed = Buffer.concat([header, payload]);
  const { key, packageKey, sign } = options;
  const signatures = merge(
    [
      ...(key === undefined ? [] : [binary(signatureTags.rsaHeader, key.sign(header, sign))]),
      text(signatureTags.sha1Header, createHash("sha1").update(header).digest("hex")),
      text(signatureTags.sha256Header, createHash("sha256").update(header).digest("hex")),
      numbers(signatureTags.size, [signed.length]),
      ...(packageKey === undefined
        ? []
        : [binary(signatureTags.rsa, packageKey.sign(signed, sign))]),
      binary(signatureTags.md5, createHash("md5").update(signed).digest()),
    ],
    options.signatures ?? [],
  );
  const front = Buffer.concat([
    lead(),
    headerMagic,
    encodeHeader(signatures, signatureTags.region),
  ]);
  return Buffer.concat([front, Buffer.alloc((8 - (front.length % 8)) % 8), signed]);
}

function headerOf(options: PackageOptions, payload: Uint8Array): readonly HeaderEntry[] {
  const { name = "hello", version = "1.0", release = "1.el9", epoch } = options;
  const { architecture = "x86_64", entries = [], without = [] } = options;
  return merge(
    [
      text(tags.name, name),
      text(tags.version, version),
      text(tags.release, release),
      ...(epoch === undefined ? [] : [numbers(tags.epoch, [epoch])]),
      numbers(tags.buildTime, [1_704_067_200]),
      numbers(tags.size, [0]),
      text(tags.os, "linux"),
      text(tags.architecture, architecture),
      text(tags.sourceRpm, `${name}-${version}-${release}.src.rpm`),
      texts(tags.payloadDigest, [createHash("sha256").update(payload).digest("hex")]),
      numbers(tags.payloadDigestAlgorithm, [8]),
    ],
    entries,
  ).filter(({ tag }) => !without.includes(tag));
}

/** In the order of the tags, as rpm writes them. */
function merge(
  entries: readonly HeaderEntry[],
  others: readonly HeaderEntry[],
): readonly HeaderEntry[] {
  const byTag = new Map([...entries, ...others].map((entry) => [entry.tag, entry]));
  return [...byTag.values()].toSorted((one, other) => one.tag - other.tag);
}

/** What the file begins with; all of it but the kind is said again in the headers. */
function lead(): Buffer {
  const bytes = Buffer.alloc(96);
  bytes.writeUInt32BE(0xedabeedb);
  bytes.writeUInt8(3, 4);
  bytes.writeUInt16BE(1, 76);
  bytes.writeUInt16BE(5, 78);
  return bytes;
}
