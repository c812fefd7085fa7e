import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
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
const MORE_MADE_AT = 1_796_069_958;

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

describe("certificates with names of all kinds", () => {
  const more = path.join(fixtures, "more");
  const at = "/usr/share/pki/ca-trust-source";
  const names = ["own.p11-kit", ...["anchors", "blocklist"].flatMap(namesIn)];
  /** Bytes that are no text come as text, and become bytes in the script. */
  const encoded = Object.fromEntries(
    names.map((name) => [
      `/encoded/${name}`,
      readFileSync(path.join(more, "source", name), "base64"),
    ]),
  );
  const decode = `mkdir -p ${at}/anchors ${at}/blocklist
    ${names.map((name) => `base64 -d /encoded/${name} >${at}/${name}`).join("\n")}`;
  const extract = "trust extract --overwrite --filter=certificates --purpose=server-auth --comment";

  function namesIn(folder: string): readonly string[] {
    return readdirSync(path.join(more, "source", folder)).map((name) => `${folder}/${name}`);
  }

  test.each([
    ["trust.crt", "openssl-bundle"],
    ["cacerts", "java-cacerts"],
  ])("%s is what p11-kit makes of them", (name, format) => {
    const { end, root } = runElScript(
      `${decode}\n${extract} --format=${format} /made`,
      encoded,
      MORE_MADE_AT,
    );
    expect(end).toBe(0);
    const made = Buffer.from(root.read("/made")).toString("latin1");
    expect(made).toBe(readFileSync(path.join(more, "extracted", name), "latin1"));
  });

  test("a folder of them has the files and links that p11-kit makes", () => {
    const { end, root } = runElScript(
      `${decode}\n${extract} --format=pem-directory-hash /made`,
      encoded,
    );
    expect(end).toBe(0);
    const found = root.list("/made").map((name) => {
      const isLink = root.lstat(`/made/${name}`)?.kind === "symlink";
      return [name, isLink ? root.readlink(`/made/${name}`) : null];
    });
    expect(Object.fromEntries(found)).toEqual(
      JSON.parse(readFileSync(path.join(more, "extracted/folder.json"), "utf8")),
    );
    expect(root.stat("/made")?.mode).toBe(0o555);
    expect(root.stat("/made/Same.1.pem")?.mode).toBe(0o444);
  });

  test("those that are trusted are in a bundle of anchors alone", () => {
    const { textOf } = runElScript(
      `${decode}\n trust extract --format=pem-bundle --filter=ca-anchors --comment /made`,
      encoded,
    );
    const labels = textOf("/made")?.match(/^# .*/gm) ?? [];
    expect(labels).toContain("# In DER");
    expect(labels).not.toContain("# Blocked");
    expect(labels).not.toContain("# Nobody says");
    expect(labels.filter((label) => label.startsWith("# Distrusted"))).toEqual([]);
  });

  test("one whose subject has no name is a certificate", () => {
    const country = readFileSync(path.join(more, "country.pem"), "utf8");
    const { root } = runElScript(
      "trust extract --format=pem-directory-hash --filter=certificates /made",
      {
        [`${at}/anchors/country.pem`]: country,
      },
    );
    expect(root.list("/made")).toContain("certificate.pem");
  });

  test.each([
    ["no file", "--format=pem-bundle --filter=certificates"],
    ["two files", "--format=pem-bundle --filter=certificates /a /b"],
  ])("with %s nothing is extracted", (_, words) => {
    expect(runElScript(`trust extract ${words}`).end).toBe("trust without one file");
  });
});
