const BEGIN = "-----BEGIN PGP SIGNED MESSAGE-----";
const SIGNATURE = "-----BEGIN PGP SIGNATURE-----";
const END = "-----END PGP SIGNATURE-----";

/**
 * Why a text is not exactly one signed message, with nothing before, between and after its parts;
 * undefined when it is. Programs differ in what they make of the rest, and some would read it as if
 * it were signed. Source: RFC 9580, section 7.
 */
export function checkSignedForm(text: string): string | undefined {
  const lines = text.trimEnd().split(/\r?\n/);
  if (!lines.includes(BEGIN)) return "it is not a signed release file";
  if (lines[0] !== BEGIN) return "it holds text before its signed part";
  const body = lines.indexOf("");
  const signature = lines.indexOf(SIGNATURE);
  if (body === -1 || signature < body) return "it is not a signed release file";
  if (lines.slice(1, body).some((line) => !/^Hash: [A-Za-z0-9, -]+$/.test(line))) {
    return "it holds text before its signed part";
  }
  // In the signed text a dash at the start of a line has another one before it.
  if (lines.slice(body, signature).some((line) => line.startsWith("-") && !line.startsWith("- "))) {
    return "it holds more than one signed part";
  }
  if (lines.indexOf(END) !== lines.length - 1) return "it holds text after its signature";
  return undefined;
}
