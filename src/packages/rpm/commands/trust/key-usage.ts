/** Identifiers of what a certificate may be used for. Source: RFC 5280, 4.2.1.12. */
export const purposes: Readonly<Record<string, string>> = {
  "server-auth": "1.3.6.1.5.5.7.3.1",
  "client-auth": "1.3.6.1.5.5.7.3.2",
  "code-signing": "1.3.6.1.5.5.7.3.3",
  email: "1.3.6.1.5.5.7.3.4",
  "ipsec-end-system": "1.3.6.1.5.5.7.3.5",
  "ipsec-tunnel": "1.3.6.1.5.5.7.3.6",
  "ipsec-user": "1.3.6.1.5.5.7.3.7",
  "time-stamping": "1.3.6.1.5.5.7.3.8",
};

/**
 * The purposes that an extension of a certificate names, which is an identifier and, within a
 * string of bytes, a list of further ones. None where it is damaged: then nothing is allowed.
 */
export function extendedKeyUsage(extension: Buffer): readonly string[] {
  const outer = contentOf(extension, 0x30);
  if (outer === undefined) return [];
  const id = contentOf(outer, 0x06);
  const rest = id === undefined ? undefined : outer.subarray(2 + id.length);
  const value = rest?.[0] === 0x01 ? rest.subarray(3) : rest;
  const list = value === undefined ? undefined : contentOf(value, 0x04);
  let open = list === undefined ? undefined : contentOf(list, 0x30);
  const found: string[] = [];
  while (open !== undefined && open.length > 0) {
    const oid = contentOf(open, 0x06);
    if (oid === undefined) return [];
    found.push(oidText(oid));
    open = open.subarray(2 + oid.length);
  }
  return found;
}

/** An element of DER; its content has to be of less than 64 KiB. */
export function element(tag: number, content: Uint8Array): Buffer {
  const { length } = content;
  // From 128 on the length of the length comes first.
  let head = [length];
  if (length > 0xff) head = [0x82, length >> 8, length & 0xff];
  else if (length > 0x7f) head = [0x81, length];
  return Buffer.concat([Buffer.from([tag, ...head]), content]);
}

/** The bytes of an identifier as DER writes them. */
export function oidBytes(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split(".").map(Number);
  const bytes = [40 * first + second];
  for (const number of rest) {
    const digits = [number & 0x7f];
    for (let left = Math.floor(number / 128); left > 0; left = Math.floor(left / 128))
      digits.unshift((left & 0x7f) | 0x80);
    bytes.push(...digits);
  }
  return Buffer.from(bytes);
}

function contentOf(bytes: Buffer, tag: number): Buffer | undefined {
  const length = bytes[1] ?? 0;
  if (bytes[0] !== tag || length > 127 || bytes.length < 2 + length) return undefined;
  return bytes.subarray(2, 2 + length);
}

function oidText(bytes: Buffer): string {
  const [first = 0] = bytes;
  const numbers = [Math.floor(first / 40), first % 40];
  let number = 0;
  for (const byte of bytes.subarray(1)) {
    number = number * 128 + (byte & 0x7f);
    if (byte < 128) {
      numbers.push(number);
      number = 0;
    }
  }
  return numbers.join(".");
}
