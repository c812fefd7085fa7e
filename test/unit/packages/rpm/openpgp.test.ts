import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { oracleLinux9Keys } from "../../../../src/packages/rpm/keys/oracle.ts";
import { keysOf } from "../../../../src/packages/rpm/keys/of.ts";
import { readArmored } from "../../../../src/packages/rpm/openpgp/armor.ts";
import { KeyRing, keyRingOf } from "../../../../src/packages/rpm/openpgp/key-ring.ts";
import { readPackets } from "../../../../src/packages/rpm/openpgp/packets.ts";
import { parseSignature } from "../../../../src/packages/rpm/openpgp/signature.ts";
import { armor, aSubkey, aTestKey, packet } from "../../../support/rpm/an-open-pgp-key.ts";
import { seededRandom } from "../../../support/seeded-random.ts";

const folder = path.resolve(import.meta.dirname, "../../../fixtures/rpm/keys");

function keyFile(name: string): string {
  return readFileSync(path.join(folder, `RPM-GPG-KEY-${name}`), "utf8");
}

const ORACLE_RELEASE = "3E6D826D3FBAB389C2F38E34BC4D06A08D8B756F";
const ORACLE_BACKUP = "982231759C7467065D0CE9B2A7DD07088B4EFBE6";

describe("a key", () => {
  test("of Oracle Linux 9 ships with qclock, as its file has it", () => {
    const armored = keyFile("oracle-ol9");
    expect(oracleLinux9Keys.map(({ fingerprint }) => fingerprint)).toEqual([
      ORACLE_RELEASE,
      ORACLE_BACKUP,
    ]);
    expect(oracleLinux9Keys.flatMap((key) => readArmored(key.armored, "PUBLIC KEY BLOCK"))).toEqual(
      readArmored(armored, "PUBLIC KEY BLOCK"),
    );
    expect(keysOf("debian-12")).toEqual([]);
    expect(new KeyRing(oracleLinux9Keys).fingerprints).toEqual([ORACLE_RELEASE, ORACLE_BACKUP]);
  });

  test.each([
    ["oracle-ol9", ORACLE_RELEASE, "the first of two blocks"],
    ["oracle-ol9", ORACLE_BACKUP, "the second of two blocks"],
    ["redhat9-release", "567E347AD0044ADE55BA8A5F199E2F91FD431D51", "self-signed with SHA-1"],
    ["redhat9-release", "7E4624258C406535D56D6F135054E4A45A6340B3", "behind that one"],
    ["CentOS-7", "6341AB2753D78A78A7C27BB124C6A8A7F4A80EB5", "self-signed with SHA-1"],
    ["mysql-2022", "859BE8D7C586F538430B19C2467B942D3A79BD29", "expired"],
  ])("of %s is found by its fingerprint %s: %s", (name, fingerprint) => {
    const ring = new KeyRing([{ fingerprint, armored: keyFile(name) }]);
    expect(ring.fingerprints).toEqual([fingerprint]);
    for (const issuer of [fingerprint, fingerprint.slice(-16)]) {
      expect(ring.find(issuer).map(({ key }) => key.fingerprint)).toEqual([fingerprint]);
    }
    expect(ring.find("0123456789ABCDEF")).toEqual([]);
  });

  test("that others have put beside the pinned one does not count", () => {
    const ring = new KeyRing([{ fingerprint: ORACLE_BACKUP, armored: keyFile("oracle-ol9") }]);
    expect(ring.find(ORACLE_RELEASE)).toEqual([]);
  });

  test("for encryption alone does not count", () => {
    const fingerprint = "BF18AC2876178908D6E71267D36CB86CB86B3716";
    const ring = new KeyRing([{ fingerprint, armored: keyFile("AlmaLinux-9") }]);
    expect(ring.find("B7BB94F0C9BA6CAA")).toEqual([]);
  });

  test("of version 6 is passed over, and not found", () => {
    const fingerprint = "FCD355B305707A62DA143AB6E422397E50FE8467A2A95343D246D6276AFEDF8F";
    expect(() => keyRingOf([{ fingerprint, armored: keyFile("redhat9-PQC-release") }])).toThrow(
      `A key that is to be trusted is refused: there is no key ${fingerprint}`,
    );
  });

  test("of too few bits is refused", () => {
    expect(() => new KeyRing([aTestKey({ bits: 1024 })])).toThrow("it is an RSA key of 1024 bits");
  });

  test("that its owner revoked is refused", () => {
    const revoked = aTestKey({ further: ({ hashed, sign }) => sign(hashed, { type: 0x20 }) });
    // Where the signature stands behind a name it is still the key's own.
    expect(() => new KeyRing([revoked])).toThrow("was revoked by its owner");
    const stranger = aTestKey();
    const forged = aTestKey({ further: ({ hashed }) => stranger.sign(hashed, { type: 0x20 }) });
    expect(new KeyRing([forged]).fingerprints).toEqual([forged.fingerprint]);
  });

  test("below one signs for it until it is revoked", () => {
    let issuer = "";
    const withSubkey = (isRevoked: boolean): KeyRing =>
      new KeyRing([
        aTestKey({
          further: (primary) => {
            const subkey = aSubkey(primary, 0x02);
            ({ fingerprint: issuer } = subkey);
            const both = Buffer.concat([primary.hashed, subkey.hashed]);
            const revocation = isRevoked ? primary.sign(both, { type: 0x28 }) : Buffer.alloc(0);
            return Buffer.concat([subkey.packets, revocation]);
          },
        }),
      ]);
    const ring = withSubkey(false);
    expect(ring.find(issuer).map(({ fingerprint }) => fingerprint)).toEqual(ring.fingerprints);
    expect(withSubkey(true).find(issuer)).toEqual([]);
  });
});

describe("hostile OpenPGP is refused", () => {
  test.each([
    ["a block without an end", "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nAAAA\n", "has no end"],
    ["a block that is empty", armor("PUBLIC KEY BLOCK", new Uint8Array(0)), "is not Base64"],
    [
      "a block of other letters",
      armor("PUBLIC KEY BLOCK", Buffer.from("a")).replace("YQ", "Ä"),
      "is not Base64",
    ],
    ["too long a text", " ".repeat(2 ** 20 + 1), "has more than 1048576 characters"],
  ])("%s", (_, text, message) => {
    expect(() => readArmored(text, "PUBLIC KEY BLOCK")).toThrow(message);
  });

  test.each([
    ["no packet", [0x00], "there is no OpenPGP packet where one should be"],
    ["a packet of unknown length", [0x8b, 1], "does not say its length"],
    ["a packet in parts", [0xc2, 0xe0, 1], "comes in parts"],
    ["a packet beyond the end", [0xc2, 0xff, 0xff, 0xff, 0xff, 0xff], "ends in the middle"],
    ["a packet without a length", [0xc2], "ends in the middle"],
  ])("%s", (_, bytes, message) => {
    expect(() => readPackets(Buffer.from(bytes))).toThrow(message);
  });

  test("too many packets", () => {
    expect(() => readPackets(Buffer.from("c200".repeat(5000), "hex"))).toThrow("too many");
  });

  test("signatures that are cut or go on", () => {
    const [whole] = readPackets(aTestKey().sign(Buffer.from("x")));
    const body = whole?.body ?? new Uint8Array(0);
    for (let length = 0; length < body.length; length += 7) {
      expect(() => parseSignature(body.subarray(0, length))).toThrow(/ends in the middle/);
    }
    expect(() => parseSignature(Buffer.concat([body, Buffer.alloc(1)]))).toThrow("goes on behind");
  });

  test("whatever is changed in a key: it is read or refused with an Error", () => {
    const key = aTestKey({ further: (primary) => aSubkey(primary, 2).packets });
    const [block = new Uint8Array(0)] = readArmored(key.armored, "PUBLIC KEY BLOCK");
    const random = seededRandom(3);
    for (let round = 0; round < 300; round++) {
      const bytes = Buffer.from(block);
      bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
      const failure = failureOf(key.fingerprint, armor("PUBLIC KEY BLOCK", bytes));
      expect(failure === undefined || failure instanceof Error).toBe(true);
      expect(failure).not.toBeInstanceOf(RangeError);
      expect(failure).not.toBeInstanceOf(TypeError);
    }
  });

  test("an unknown version of a signature is named", () => {
    expect(parseSignature(Buffer.from([6, 0, 0]))).toEqual({
      reason: "it has version 6 of OpenPGP",
    });
    expect(readPackets(packet(2, Buffer.from([6])))).toHaveLength(1);
  });
});

function failureOf(fingerprint: string, armored: string): unknown {
  try {
    keyRingOf([{ fingerprint, armored }]);
    return undefined;
  } catch (error) {
    return error;
  }
}
