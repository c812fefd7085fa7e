import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { runElScript } from "../../../../support/rpm/run-command.ts";

const fixtures = path.resolve(import.meta.dirname, "../../../../fixtures/rpm/trust");
const read = (name: string): Buffer => readFileSync(path.join(fixtures, name));
const source = "/usr/share/pki/ca-trust-source";
const sources = {
  [`${source}/ca-bundle.trust.p11-kit`]: read("source/ca-bundle.trust.p11-kit").toString("utf8"),
  [`${source}/anchors/local.pem`]: read("source/anchors/local.pem").toString("utf8"),
  [`${source}/anchors/leaf.pem`]: read("source/anchors/leaf.pem").toString("utf8"),
};
/** When p11-kit made the key store. */
const MADE_AT = 1_796_031_085;

test.each([
  ["server-auth.pem", "--format=pem-bundle --filter=ca-anchors --comment --purpose server-auth"],
  ["email.pem", "--format=pem-bundle --filter=ca-anchors --comment --purpose email"],
  ["code-signing.pem", "--format=pem-bundle --filter=ca-anchors --comment --purpose=code-signing"],
  ["trust.crt", "--format=openssl-bundle --filter=certificates --comment"],
  ["cacerts", "--format=java-cacerts --filter=ca-anchors --purpose server-auth"],
  ["cacerts.bin", "--format=edk2-cacerts --filter=ca-anchors --purpose=server-auth"],
])("%s is what p11-kit makes of the same sources", (name, options) => {
  const { end, root } = runElScript(`trust extract --overwrite ${options} /made`, sources, MADE_AT);
  expect(end).toBe(0);
  expect(Buffer.from(root.read("/made")).equals(read(`extracted/${name}`))).toBe(true);
  expect(root.stat("/made")?.mode).toBe(0o444);
});

test("a folder has links by both hashes of OpenSSL", () => {
  const { root } = runElScript(
    `p11-kit extract --format=pem-directory-hash --filter=ca-anchors --purpose server-auth /made
     p11-kit extract --overwrite --format=pem-directory-hash --filter=ca-anchors --purpose server-auth /made`,
    sources,
  );
  expect(root.list("/made")).toHaveLength(9);
  expect(root.readlink("/made/30dcf242.0")).toBe("Zulu_Root.pem");
  expect(root.readlink("/made/7641b16d.0")).toBe("Zulu_Root.pem");
});

test("what somebody distrusts is trusted by nobody, whoever else has it", () => {
  const local = sources[`${source}/anchors/local.pem`] ?? "";
  const { textOf } = runElScript(
    "trust extract --format=pem-bundle --filter=ca-anchors --comment /made",
    { ...sources, "/etc/pki/ca-trust/source/blocklist/local.pem": local },
  );
  expect(textOf("/made")).toContain("# Zulu Root\n");
  expect(textOf("/made")).not.toContain("# Local Anchor\n");
});

test("what is no certificate is passed over, and what is not known stops the script", () => {
  const broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
  const damaged = runElScript("trust extract --format=pem-bundle --filter=ca-anchors /made", {
    [`${source}/anchors/broken.pem`]: broken,
    [`${source}/anchors/cut.pem`]: broken.slice(0, 30),
    [`${source}/anchors/binary.der`]: "0\u0000",
  });
  expect(damaged.end).toBe(0);
  expect(damaged.textOf("/made")).toBe("");
  for (const [call, wanted] of [
    ["trust list", "trust list"],
    ["trust extract --format=x --filter=ca-anchors /made", "certificates in the form x"],
    ["trust extract --format=pem-bundle --filter=x /made", "the filter x of certificates"],
    ["trust extract --format=pem-bundle --purpose=x /made", "the purpose x of certificates"],
  ] as const)
    expect(runElScript(call, sources).end).toBe(wanted);
});
