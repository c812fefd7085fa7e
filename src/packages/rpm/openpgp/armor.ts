/** What an armoured block may hold here, as its first line names it. */
type ArmorLabel = "PUBLIC KEY BLOCK" | "SIGNATURE";

/** Key files of distributions are some kilobytes, post-quantum ones some tens of them. */
const LARGEST = 1024 * 1024;

/**
 * The bytes of the armoured blocks of a text, in their order; a key file may have several, and what
 * stands between them is passed over. The checksum is not compared: what is signed has better ones.
 *
 * Throws an `Error` that says what is wrong with the text. Source: RFC 9580, section 6.
 */
export function readArmored(text: string, label: ArmorLabel): readonly Uint8Array[] {
  if (text.length > LARGEST) throw new Error(`it has more than ${LARGEST} characters`);
  const [begin, end] = [`-----BEGIN PGP ${label}-----`, `-----END PGP ${label}-----`];
  const blocks: Uint8Array[] = [];
  const lines = text.split("\n").map((line) => line.trim());
  for (let at = lines.indexOf(begin); at !== -1; at = lines.indexOf(begin, at)) {
    const last = lines.indexOf(end, at);
    if (last === -1) throw new Error(`a block "${begin}" has no end`);
    blocks.push(readBlock(lines.slice(at + 1, last)));
    at = last;
  }
  return blocks;
}

function readBlock(lines: readonly string[]): Uint8Array {
  // Headers such as `Version: …` come first, and an empty line after them.
  const start = lines.findIndex((line) => !/^[A-Za-z][A-Za-z0-9-]*: /.test(line));
  const content = lines.slice(start).filter((line) => line !== "");
  const checksum = content.at(-1)?.startsWith("=") === true ? content.pop() : undefined;
  const base64 = content.join("");
  const isSound =
    /^[A-Za-z0-9+/]+={0,2}$/.test(base64) &&
    base64.length % 4 === 0 &&
    (checksum === undefined || /^=[A-Za-z0-9+/]{4}$/.test(checksum));
  if (!isSound) throw new Error("an armoured block is not Base64");
  return Buffer.from(base64, "base64");
}
