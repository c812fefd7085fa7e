import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import {
  formatKeyStore,
  readKeyStore,
} from "../../../../../src/packages/commands/java/key-store.ts";
import { debianCommands } from "../../../../../src/packages/deb/commands/table.ts";
import { fromText, toBytes } from "../../../../../src/packages/scripts/bytes.ts";
import { MemoryRoot } from "../../../../../src/packages/scripts/memory/memory-root.ts";
import { type CalledCommand, callCommand } from "../../../../support/command-call.ts";

const recorded = record("java-key-store.json");
const original = Buffer.from(recorded.keyStore, "base64");
const file = "/etc/ssl/certs/java/cacerts";
const password = "changeit";
const now = 1_700_000_000;

it("reads a key store of Java and writes it again, byte for byte", () => {
  // As they were put in: the updater was given them by their names.
  const names = Object.keys(recorded.certificates).toSorted();
  const entries = readKeyStore(original, password);
  const inOrder = new Map(
    names.flatMap((name) => {
      const alias = `debian:${name.toLowerCase()}`;
      const entry = entries?.get(alias);
      return entry === undefined ? [] : [[alias, entry] as const];
    }),
  );
  expect(inOrder.size).toBe(14);
  expect(Buffer.from(formatKeyStore(inOrder, password)).equals(original)).toBe(true);
});

it("keeps the certificates that Java trusts as the updater of Debian does", () => {
  const root = rootWith(recorded.certificates);
  const names = Object.keys(recorded.certificates).toSorted();
  const { stdout } = update(
    root,
    names.map((name) => `+/pems/${name}`),
  );
  expect(stdout).toBe(names.map((name) => `Adding debian:${name}\n`).join(""));
  const list = ["keytool", "-cacerts", "-storepass", password, "-list", "-rfc"];
  const commands = debianCommands({ architecture: "amd64", machine: "x86_64", answers: new Map() });
  expect(callCommand(list, { root, commands }).stdout).toContain(
    "Alias name: debian:gts_root_r3.pem\n",
  );
  const entries = readKeyStore(root.read(file), password);
  const expected = readKeyStore(original, password) ?? new Map();
  expect([...(entries?.keys() ?? [])]).toEqual([...expected.keys()]);
  for (const [alias, { time, certificate }] of entries ?? []) {
    expect(time).toBe(now * 1000);
    expect(certificate).toEqual(expected.get(alias)?.certificate);
  }
});

it("names certificates as text, also where it is not ASCII", () => {
  const { certificates, keyStore } = record("java-key-store-names.json");
  const names = Object.keys(certificates);
  const root = rootWith(certificates);
  const { stdout } = update(
    root,
    names.map((name) => fromText(`+/pems/${name}`)),
  );
  expect(stdout).toContain(fromText("Adding debian:Főtanúsítvány_ÉÁ.pem\n"));
  const expected = readKeyStore(Buffer.from(keyStore, "base64"), password) ?? new Map();
  expect(new Set(expected.keys())).toEqual(
    new Set(["debian:főtanúsítvány_éá.pem", "debian:gts_root_r4.pem", "debian:αθηνα_𝒜.pem"]),
  );
  // Written again with the times of the recording, so that every byte can be compared.
  const entries = readKeyStore(root.read(file), password) ?? new Map();
  const timed = new Map(
    names.map((name) => {
      const alias = `debian:${name}`.toLowerCase();
      return [alias, { ...entries.get(alias), time: expected.get(alias)?.time }] as const;
    }),
  );
  expect(Buffer.from(formatKeyStore(timed, password)).toString("base64")).toBe(keyStore);
  const list = ["keytool", "-cacerts", "-storepass", password, "-list", "-rfc"];
  const commands = debianCommands({ architecture: "amd64", machine: "x86_64", answers: new Map() });
  expect(callCommand(list, { root, commands }).stdout).toContain(
    fromText("Alias name: debian:főtanúsítvány_éá.pem\n"),
  );
});

it("takes certificates out, replaces them and passes over what is none", () => {
  const [name = "", text = ""] = Object.entries(recorded.certificates)[0] ?? [];
  const root = rootWith({ [name]: text, "other.pem": "no certificate" });
  update(root, [`+/pems/${name}`]);
  const { stdout, stderr } = update(root, [
    `+/pems/${name}`,
    "+/pems/other.pem",
    `-debian:${name}`,
    "-debian:none",
  ]);
  expect(stdout).toBe(`Replacing debian:${name}\nRemoving debian:${name}\n`);
  expect(stderr).toContain("other.pem");
  expect(readKeyStore(root.read(file), password)?.size).toBe(0);
});

it.each([
  ["an entry that is cut off", [0, 0, 0, 2]],
  ["a certificate longer than the store", [0, 0, 0, 2, 0, 1, 97, ...bytes(8, 0), 0, 0, 0, 0, 0, 9]],
  ["a time that never comes", [0, 0, 0, 2, 0, 1, 97, ...bytes(8, 255), 0, 0, 0, 0, 0, 0]],
  ["a name that Java would not write so", [0, 0, 0, 2, 0, 1, 0, ...bytes(8, 0), 0, 0, 0, 0, 0, 0]],
])("a key store with %s is one of another form", (_, entry) => {
  const header = [0xfe, 0xed, 0xfe, 0xed, 0, 0, 0, 2, 0, 0, 0, 1];
  const body = Buffer.from([...header, ...entry]);
  const salted = Buffer.concat([
    Buffer.from(password, "utf16le").swap16(),
    Buffer.from("Mighty Aphrodite"),
    body,
  ]);
  const store = Buffer.concat([body, createHash("sha1").update(salted).digest()]);
  const root = rootWith({});
  root.add(file, { kind: "file", mode: 0o644, content: store });
  expect(update(root, []).wanted).toBe("a key store of another form");
});

it("names what else scripts want of Java", () => {
  const root = rootWith({});
  const commands = debianCommands({ architecture: "amd64", machine: "x86_64", answers: new Map() });
  expect(callCommand(["java", "-jar", "/x.jar"], { root, commands }).wanted).toBe("Java");
  root.add(file, { kind: "file", mode: 0o644, content: toBytes("PKCS12") });
  expect(update(root, []).wanted).toBe("a key store of another form");
});

/** What ca-certificates-java 20230710 with OpenJDK 17 made of these certificates. */
function record(name: string): {
  readonly certificates: Readonly<Record<string, string>>;
  readonly keyStore: string;
} {
  const folder = path.join(import.meta.dirname, "../../../../fixtures/commands");
  return JSON.parse(readFileSync(path.join(folder, name), "utf8")) as ReturnType<typeof record>;
}

function bytes(count: number, value: number): readonly number[] {
  return Array.from({ length: count }, () => value);
}

function rootWith(certificates: Readonly<Record<string, string>>): MemoryRoot {
  const root = new MemoryRoot({ now });
  root.add("/etc/ssl/certs/java", { kind: "directory", mode: 0o755 });
  for (const [name, text] of Object.entries(certificates)) {
    root.add(fromText(`/pems/${name}`), { kind: "file", mode: 0o644, content: toBytes(text) });
  }
  return root;
}

function update(root: MemoryRoot, lines: readonly string[]): CalledCommand {
  return callCommand(
    [
      "java",
      "-Xmx64m",
      "-jar",
      "/usr/share/ca-certificates-java/ca-certificates-java.jar",
      "-storepass",
      password,
    ],
    {
      root,
      now,
      stdin: lines.map((line) => `${line}\n`).join(""),
      commands: debianCommands({ architecture: "amd64", machine: "x86_64", answers: new Map() }),
    },
  );
}
