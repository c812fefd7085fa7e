/**
 * What a credential becomes in a text; by default as many stars, so that the text keeps its length.
 */
type Mask = (credential: string) => string;

const stars: Mask = (credential) => "*".repeat(credential.length);

/** `$NAME` and `${NAME}` are no secret, and what they stand for is not in the text. */
const literal = String.raw`(?!\$[A-Za-z_{])`;

const schemes = "(?:bearer|basic|digest|negotiate|token)";

const authorizing = String.raw`(?:(?:proxy-)?authorization|(?:set-)?cookie|x-[\w-]{0,64}(?:token|key|secret)|private-token)`;

const sensitive =
  "token|secret|passw(?:or)?d|passwd|pwd|signature|sig|credential|accesskeyid|auth|key";

/**
 * Each pattern has two groups: what stays, and the credential behind it. What repeats is bounded,
 * so that a megabyte without a space takes no longer than one of prose.
 */
const patterns: readonly RegExp[] = [
  // https://user:password@host, and tokens in the user's place.
  /(https?:\/\/)([^\s/"'?#]{1,1000})(?=@)/gi,
  // A password with a slash, a question mark or a hash in it, which URLs do not allow and people
  // write.
  /((?<![a-z0-9+.-])[a-z][a-z0-9+.-]{0,20}:\/\/[^\s/?#"'@:]{0,200}:)(?!\d+[/?#])([^\s"'@]{1,500})(?=@)/gi,
  // https://host/file?X-Amz-Signature=…
  new RegExp(String.raw`([?&;][\w.-]{0,64}?(?:${sensitive})=)${literal}([^\s&#"'<>\\]+)`, "gi"),
  // Authorization: Bearer …, as a header, in YAML and in JSON.
  new RegExp(
    String.raw`(\b${authorizing}[\\"']{0,4}\s{0,8}[:=]\s{0,8}[\\"']{0,4}(?:${schemes}\s{1,8})?)${literal}(?!${schemes}\s)([^\s"',;\\]+)`,
    "gi",
  ),
  /(\bbearer\s{1,8})([\w.~+/-]{8,}=*)/gi,
];

/**
 * Each pattern needs one of these. Most texts have none, and the patterns, which take longer to
 * compile than to search, are not asked.
 */
const suspicious = /:\/\/|[?&;]|auth|cookie|token|key|secret|bearer/i;

/**
 * A text without the credentials that can be told by where they stand: users and passwords of URLs,
 * parameters of their queries that are named like a token, headers that authorize. Every message,
 * log and report passes here; `reporters/redact.ts` adds the values that are known to be secret.
 */
export function maskCredentials(text: string, mask: Mask = stars): string {
  if (!suspicious.test(text)) return text;
  let masked = text;
  for (const pattern of patterns) {
    masked = masked.replace(
      pattern,
      // Stars stay as many as they are: an underline below them was measured with them.
      (_, before: string, credential: string) =>
        before + (/^\*+$/.test(credential) ? credential : mask(credential)),
    );
  }
  return masked;
}
