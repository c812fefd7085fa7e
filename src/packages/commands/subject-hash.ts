import { createHash } from "node:crypto";

/** One DER element: where its content is, and where it ends. */
interface Element {
  readonly tag: number;
  readonly start: number;
  readonly end: number;
}

const SET = 0x31;
const UTF8_STRING = 0x0c;
/**
 * Kinds of text that OpenSSL brings to one form before hashing: UTF8, Printable, T61, IA5, Visible,
 * Universal, BMP.
 */
const STRINGS = new Set([0x0c, 0x13, 0x14, 0x16, 0x1a, 0x1c, 0x1e]);

/**
 * The hash by which OpenSSL finds a certificate in a folder: the first four bytes, read as a
 * little-endian number, of the SHA-1 of the subject in canonical form (texts as UTF-8, lower case,
 * inner white space single, no outer sequence). Eight hexadecimal digits.
 *
 * Source: OpenSSL, `X509_NAME_hash_ex` and `x509_name_canon`.
 */
export function subjectHash(certificate: Uint8Array): string {
  const der = Buffer.from(certificate);
  const subject = elementAt(der, subjectStart(der));
  const canonical = childrenOf(der, subject).map((set) => canonicalSet(der, set));
  return hashText(createHash("sha1").update(Buffer.concat(canonical)).digest());
}

/**
 * The hash that OpenSSL before 1.0 found a certificate by, and some programs still do: the same of
 * the MD5 of the subject as it stands. Source: OpenSSL, `X509_NAME_hash_old`.
 */
export function oldSubjectHash(certificate: Uint8Array): string {
  const der = Buffer.from(certificate);
  const start = subjectStart(der);
  const subject = der.subarray(start, elementAt(der, start).end);
  return hashText(createHash("md5").update(subject).digest());
}

function subjectStart(der: Buffer): number {
  const body = elementAt(der, elementAt(der, 0).start);
  let next = body.start;
  // version [0] is optional; then serial number, signature, issuer, validity, subject.
  if (elementAt(der, next).tag === 0xa0) next = elementAt(der, next).end;
  for (let skipped = 0; skipped < 4; skipped++) next = elementAt(der, next).end;
  return next;
}

function hashText(digest: Buffer): string {
  return digest.readUInt32LE(0).toString(16).padStart(8, "0");
}

function canonicalSet(der: Buffer, set: Element): Buffer {
  const attributes = childrenOf(der, set).map((attribute) => {
    const [type, value] = childrenOf(der, attribute);
    if (type === undefined || value === undefined)
      throw new Error("a certificate's subject is damaged");
    const oid = wrap(type.tag, der.subarray(type.start, type.end));
    return wrap(0x30, Buffer.concat([oid, canonicalValue(der, value)]));
  });
  // In a set of DER the elements are sorted by their bytes.
  return wrap(SET, Buffer.concat(attributes.toSorted((a, b) => Buffer.compare(a, b))));
}

function canonicalValue(der: Buffer, { tag, start, end }: Element): Buffer {
  const content = der.subarray(start, end);
  if (!STRINGS.has(tag)) return wrap(tag, content);
  const text = decode(tag, content)
    .trim()
    .replace(/[ \t\n\v\f\r]+/g, " ");
  // Only ASCII letters change case.
  return wrap(UTF8_STRING, Buffer.from(text.replace(/[A-Z]/g, (letter) => letter.toLowerCase())));
}

function decode(tag: number, content: Buffer): string {
  if (tag === 0x1e) return Buffer.from(content).swap16().toString("utf16le");
  if (tag === 0x1c) {
    return Array.from({ length: content.length / 4 }, (_, index) =>
      String.fromCodePoint(content.readUInt32BE(4 * index)),
    ).join("");
  }
  return content.toString(tag === UTF8_STRING ? "utf8" : "latin1");
}

function childrenOf(der: Buffer, parent: Element): readonly Element[] {
  const children: Element[] = [];
  for (let at = parent.start; at < parent.end;) {
    const child = elementAt(der, at);
    children.push(child);
    at = child.end;
  }
  return children;
}

function elementAt(der: Buffer, at: number): Element {
  const tag = der.readUInt8(at);
  const first = der.readUInt8(at + 1);
  if (first < 0x80) return { tag, start: at + 2, end: at + 2 + first };
  const count = first & 0x7f;
  const start = at + 2 + count;
  return { tag, start, end: start + der.readUIntBE(at + 2, count) };
}

function wrap(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}
