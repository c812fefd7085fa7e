import { createHash } from "node:crypto";
import { createCleartextMessage, generateKey, sign } from "openpgp";
import type { PinnedKey } from "../../src/packages/proof/pinned-key.ts";
import type { Mirrors } from "../../src/packages/mirror.ts";
import { debOf } from "./deb.ts";
import { type FileServer, startFileServer } from "./file-server.ts";
import type { TarItem } from "./tar.ts";
import { toXz } from "./xz.ts";

/** A package of the fake archive; what is left out has a harmless value. */
export interface FakePackage {
  readonly name: string;
  readonly version?: string;
  readonly suite?: Suite;
  readonly architecture?: string;
  /** Further fields of the index, such as `Depends`. */
  readonly fields?: Readonly<Record<string, string>>;
  /** Seconds since 1970. */
  readonly builtAt?: number;
  /** Bytes of filling, to make a download that takes more than one piece. */
  readonly fillBytes?: number;
  /**
   * Makes it a package that can be taken apart, with the index's fields in its control file; else
   * only its first member is there.
   */
  readonly files?: readonly TarItem[];
  /** Further members of its control archive: `conffiles`, `postinst`… */
  readonly control?: Readonly<Record<string, string>>;
}

export type Suite = "bookworm" | "bookworm-updates" | "bookworm-security";

/** How the release files of a publication differ from good ones. */
export interface Publication {
  readonly packages: readonly FakePackage[];
  readonly key?: TestKey;
  readonly validUntil?: Date;
  /** When the archive was in this state; absent: always the same moment, long ago. */
  readonly date?: Date;
  readonly codename?: (suite: Suite) => string;
  /** When the release files are signed; absent: now. */
  readonly signedAt?: Date;
  /** What the release files say of each unpacked index; absent: nothing. */
  readonly unpackedBytes?: number;
}

/** A Debian archive on 127.0.0.1 with its own key: the chain from signature to package is real. */
export interface FakeMirror extends FileServer {
  readonly mirrors: Mirrors;
  readonly keys: readonly PinnedKey[];
  /** Replace everything that the mirror serves. */
  publish(publication: Publication): Promise<void>;
}

/** A signing key that only the tests trust. */
export interface TestKey {
  readonly pinned: PinnedKey;
  readonly sign: (text: string, date?: Date) => Promise<string>;
}

/** Make a throw-away key that is good from 2020 on, for some seconds or for ever. */
export async function createTestKey(expiresAfterSeconds = 0): Promise<TestKey> {
  const { privateKey, publicKey } = await generateKey({
    type: "ecc",
    curve: "ed25519Legacy",
    userIDs: [{ name: "test" }],
    format: "object",
    date: new Date("2020-01-01"),
    keyExpirationTime: expiresAfterSeconds,
  });
  return {
    pinned: {
      fingerprint: publicKey.getFingerprint().toUpperCase(),
      armored: publicKey.armor(),
    },
    sign: async (text, date = new Date()) =>
      await sign({
        message: await createCleartextMessage({ text }),
        signingKeys: privateKey,
        date,
      }),
  };
}

/** Start a mirror that serves some packages. */
export async function startFakeMirror(packages: readonly FakePackage[]): Promise<FakeMirror> {
  const key = await createTestKey();
  const server = await startFileServer(await publish({ key, packages }));
  return {
    ...server,
    mirrors: {
      main: `${server.url}/debian`,
      security: `${server.url}/debian-security`,
      origin: "the test",
    },
    keys: [key.pinned],
    publish: async (publication) => server.serve(await publish({ key, ...publication })),
  };
}

const suites: readonly Suite[] = ["bookworm", "bookworm-updates", "bookworm-security"];

async function publish(
  publication: Publication & { readonly key: TestKey },
): Promise<ReadonlyMap<string, Buffer>> {
  const files = new Map<string, Buffer>();
  for (const suite of suites) {
    const root = suite === "bookworm-security" ? "/debian-security" : "/debian";
    const paragraphs: string[] = [];
    for (const entry of publication.packages.filter((one) => (one.suite ?? "bookworm") === suite)) {
      const { path, file, paragraph } = toPackage(entry);
      files.set(`${root}/${path}`, file);
      paragraphs.push(paragraph);
    }
    const index = toXz(Buffer.from(paragraphs.join("\n")));
    const digest = sha256(index);
    const folder = `${root}/dists/${suite}`;
    files.set(`${folder}/main/binary-amd64/Packages.xz`, index);
    files.set(`${folder}/main/binary-amd64/by-hash/SHA256/${digest}`, index);
    const release = [
      "Origin: Debian",
      `Suite: ${suite.replace("bookworm", "oldstable")}`,
      `Codename: ${publication.codename?.(suite) ?? suite}`,
      `Date: ${(publication.date ?? new Date("2021-01-01")).toUTCString()}`,
      ...(publication.validUntil === undefined
        ? []
        : [`Valid-Until: ${publication.validUntil.toUTCString()}`]),
      "Acquire-By-Hash: yes",
      "SHA256:",
      ` ${digest} ${index.length} main/binary-amd64/Packages.xz`,
      ...(publication.unpackedBytes === undefined
        ? []
        : [` ${digest} ${publication.unpackedBytes} main/binary-amd64/Packages`]),
    ].join("\n");
    files.set(
      `${folder}/InRelease`,
      Buffer.from(await publication.key.sign(release, publication.signedAt)),
    );
  }
  return files;
}

function toPackage(entry: FakePackage): { path: string; file: Buffer; paragraph: string } {
  const { name, version = "1.0", architecture = "amd64" } = entry;
  const file = entry.files === undefined ? firstMember(entry) : wholeDeb(entry, entry.files);
  const path = `pool/main/${name}_${version.replace(/^\d+:/, "")}_${architecture}.deb`;
  const fields = {
    Package: name,
    Version: version,
    Architecture: architecture,
    ...entry.fields,
    Filename: path,
    Size: String(file.length),
    SHA256: sha256(file),
  };
  const lines = Object.entries(fields).map(([key, value]) => `${key}: ${value}\n`);
  return { path, file, paragraph: lines.join("") };
}

/** As much of a package as locking reads. */
function firstMember(entry: FakePackage): Buffer {
  const { name, version = "1.0", architecture = "amd64", builtAt = 1_700_000_000 } = entry;
  return Buffer.concat([
    Buffer.from("!<arch>\n"),
    Buffer.from(`debian-binary   ${String(builtAt).padEnd(12)}0     0     100644  4         \`\n`),
    Buffer.from("2.0\n"),
    Buffer.from(`${name} ${version} ${architecture}\n`),
    Buffer.alloc(entry.fillBytes ?? 0, `${name}/${version};`),
  ]);
}

function wholeDeb(entry: FakePackage, files: readonly TarItem[]): Buffer {
  const { name, version = "1.0", architecture = "amd64", control = {} } = entry;
  const fields = { Architecture: architecture, ...entry.fields };
  const { builtAt } = entry;
  return debOf({
    name,
    version,
    files,
    control,
    fields,
    ...(builtAt === undefined ? {} : { builtAt }),
  });
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
