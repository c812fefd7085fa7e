import { expect, test } from "vitest";
import { checkSignedForm } from "../../../../src/packages/deb/clear-signed.ts";

const begin = "-----BEGIN PGP SIGNED MESSAGE-----";
const signature = "-----BEGIN PGP SIGNATURE-----";
const end = "-----END PGP SIGNATURE-----";

/** A signed text of these lines, the parts around it replaced where given. */
function signed(
  lines: readonly string[],
  {
    hashes = ["Hash: SHA512"],
    after = [],
  }: Readonly<Partial<Record<"hashes" | "after", readonly string[]>>> = {},
): string {
  return [begin, ...hashes, "", ...lines, signature, "", "wsB=", end, ...after].join("\n");
}

test.each([
  ["one signed text", signed(["Origin: Debian", "- -dashed", ""])],
  ["one without a hash", signed(["a"], { hashes: [] })],
  ["one of two hashes", signed(["a"], { hashes: ["Hash: SHA256, SHA512", "Hash: SHA-1"] })],
  ["one with the ends of lines of others", signed(["a"]).replaceAll("\n", "\r\n")],
  ["one with empty lines at its end", `${signed(["a"])}\n\n`],
])("%s is taken", (_, text) => {
  expect(checkSignedForm(text)).toBeUndefined();
});

test.each([
  ["no signed text", "Origin: Debian\n", "it is not a signed release file"],
  ["no empty line", `${begin}\nHash: SHA512\na`, "it is not a signed release file"],
  ["no signature", `${begin}\n\na\n`, "it is not a signed release file"],
  [
    "a signature before the text",
    `${begin}\n${signature}\n\n${end}`,
    "it is not a signed release file",
  ],
  ["text before it", `a\n${signed(["a"])}`, "it holds text before its signed part"],
  [
    "text among its hashes",
    signed(["a"], { hashes: ["Hash: SHA512", "a"] }),
    "it holds text before its signed part",
  ],
  ["a second text", signed(["a", begin, "b"]), "it holds more than one signed part"],
  ["text behind it", signed(["a"], { after: ["b"] }), "it holds text after its signature"],
  [
    "a second signature behind it",
    signed(["a"], { after: [signature, end] }),
    "it holds text after its signature",
  ],
  ["an open signature", signed(["a"]).slice(0, -end.length), "it holds text after its signature"],
])("%s is refused", (_, text, why) => {
  expect(checkSignedForm(text)).toBe(why);
});
