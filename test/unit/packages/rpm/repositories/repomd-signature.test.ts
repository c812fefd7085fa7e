import { expect, test } from "vitest";
import { verifyRepomd } from "../../../../../src/packages/rpm/repositories/repomd-signature.ts";
import { armor, aTestKey } from "../../../../support/rpm/an-open-pgp-key.ts";

const key = aTestKey();
const other = aTestKey();
const bytes = Buffer.from("<repomd/>");
const url = "http://mirror.invalid/repodata/repomd.xml";

test("the trusted key that signed it is told, whoever else signed as well", () => {
  const both = Buffer.concat([other.sign(bytes), key.sign(bytes, { version: 3 })]);
  expect(verify(both)).toEqual({ signedBy: key.fingerprint });
});

test("other bytes than a trusted key signed are refused, even beside a good signature", () => {
  expect(() => verify(key.sign(Buffer.from("<repomd />")))).toThrow(
    expect.objectContaining({
      code: "signature-invalid",
      message: `${url} is refused: it is not what the key ${key.fingerprint} signed.`,
    }),
  );
  const both = Buffer.concat([key.sign(bytes), key.sign(Buffer.from("x"))]);
  expect(() => verify(both)).toThrow("is refused");
});

test.for([
  ["another key", other.sign(bytes), `key ${other.fingerprint}: it is not trusted`],
  ["SHA-1", key.sign(bytes, { hash: 2 }), `key ${key.fingerprint}: it uses SHA-1`],
  ["DSA", key.sign(bytes, { algorithm: 17 }), `key ${key.fingerprint}: it is by DSA`],
  ["a text", key.sign(bytes, { type: 1 }), "it is not a signature of a file"],
] as const)("a signature by or of %s counts for nothing, and that is told", ([, packets, why]) => {
  expect(verify(packets)).toEqual({ note: expect.stringContaining(why) });
});

test.for([
  ["<html>", "there is none in it"],
  ["-----BEGIN PGP SIGNATURE-----\n\nx", "it is damaged"],
  [armor("SIGNATURE", Buffer.from("nonsense")), "it is damaged"],
] as const)("what is no signature counts for nothing", ([signature, why]) => {
  const found = verifyRepomd({ bytes, signature, url, keys: [key] });
  expect(found).toEqual({ note: expect.stringContaining(why) });
});

function verify(packets: Uint8Array): ReturnType<typeof verifyRepomd> {
  return verifyRepomd({ bytes, signature: armor("SIGNATURE", packets), url, keys: [key] });
}
