/** Parts of the name of who a certificate is for: sets of attributes with a kind of text each. */
export type SubjectName = readonly (readonly (readonly [
  attribute: "CN" | "O" | "OU" | "C" | "ST",
  tag: number,
  content: string,
])[])[];

/** 2.5.4.x */
const ATTRIBUTES = { CN: 3, C: 6, ST: 8, O: 10, OU: 11 } as const;

/** An element of DER. */
export function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 0x80 ? [length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

/** The name as a certificate has it. `content` of an attribute is in bytes. */
export function derName(name: SubjectName): Buffer {
  const sets = name.map((attributes) =>
    der(
      0x31,
      ...attributes.map(([attribute, tag, content]) =>
        der(
          0x30,
          der(0x06, Buffer.from([0x55, 0x04, ATTRIBUTES[attribute]])),
          der(tag, Buffer.from(content, "latin1")),
        ),
      ),
    ),
  );
  return der(0x30, ...sets);
}
