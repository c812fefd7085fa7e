import { createHash } from "node:crypto";
import type { SourceCertificate } from "./read-source.ts";
import { element, oidBytes, purposes } from "./key-usage.ts";

/** Certificates in PEM; with comments, each below its label and an empty line between them. */
export function pemBundle(
  certificates: readonly SourceCertificate[],
  isCommented: boolean,
): string {
  return certificates
    .map(({ label, der }) => commented(label, pem("CERTIFICATE", der), isCommented))
    .join(isCommented ? "\n" : "");
}

/** The same in OpenSSL's own form: what each is trusted for stands behind it. */
export function opensslBundle(
  certificates: readonly SourceCertificate[],
  isCommented: boolean,
): string {
  return certificates
    .map((each) => {
      const der = Buffer.concat([each.der, trustOf(each)]);
      return commented(each.label, pem("TRUSTED CERTIFICATE", der), isCommented);
    })
    .join(isCommented ? "\n" : "");
}

/** A key store of Java's own format, in the order of the certificates. */
export function javaKeyStore(certificates: readonly SourceCertificate[], now: number): Buffer {
  const pieces = [numbers(0xfe_ed_fe_ed, 2, certificates.length)];
  const taken = new Map<string, number>();
  for (const { label, der } of certificates) {
    const plain = label.replaceAll(/[^!-~]/g, "").toLowerCase();
    const count = taken.get(plain) ?? 0;
    taken.set(plain, count + 1);
    const time = Buffer.alloc(8);
    time.writeBigUInt64BE(BigInt(now) * 1000n);
    const alias = count === 0 ? plain : `${plain}-${count}`;
    pieces.push(numbers(2), shortText(alias), time, shortText("X.509"), numbers(der.length));
    pieces.push(Buffer.from(der));
  }
  const body = Buffer.concat(pieces);
  const password = Buffer.from("changeit", "utf16le").swap16();
  const digest = createHash("sha1").update(password).update("Mighty Aphrodite").update(body);
  return Buffer.concat([body, digest.digest()]);
}

const X509_LIST = Buffer.from("a159c0a5e494a74a87b5ab155c2bf072", "hex");
const OWNER = Buffer.from("503bdddc05f4fd4396bebd33b1734776", "hex");

/** A list of signatures for each certificate. Source: UEFI Specification, 32.4.1. */
export function edk2List(certificates: readonly SourceCertificate[]): Buffer {
  return Buffer.concat(
    certificates.flatMap(({ der }) => {
      const sizes = Buffer.alloc(12);
      sizes.writeUInt32LE(28 + 16 + der.length, 0);
      sizes.writeUInt32LE(16 + der.length, 8);
      return [X509_LIST, sizes, OWNER, Buffer.from(der)];
    }),
  );
}

/** A certificate as PEM, without a comment. */
export function pemOf({ der }: SourceCertificate): string {
  return pem("CERTIFICATE", der);
}

function commented(label: string, text: string, isCommented: boolean): string {
  return isCommented ? `# ${label}\n${text}` : text;
}

function pem(kind: string, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${kind}-----\n${lines.join("\n")}\n-----END ${kind}-----\n`;
}

/** OpenSSL's auxiliary data: what is allowed, what is not, and the label. */
function trustOf({ trust, purposes: allowed, label }: SourceCertificate): Buffer {
  const parts: Buffer[] = [];
  // What nobody trusts or distrusts is allowed nothing.
  if (trust === "unknown") parts.push(oidList(0x30, []));
  else if (trust === "distrusted") parts.push(oidList(0xa0, Object.values(purposes)));
  else if (allowed !== undefined) parts.push(oidList(0x30, allowed));
  parts.push(element(0x0c, Buffer.from(label, "utf8")));
  return element(0x30, Buffer.concat(parts));
}

function oidList(tag: number, ids: readonly string[]): Buffer {
  return element(tag, Buffer.concat(ids.map((id) => element(0x06, oidBytes(id)))));
}

function numbers(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, 4 * index);
  return bytes;
}

function shortText(text: string): Buffer {
  const bytes = Buffer.from(text, "utf8");
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
