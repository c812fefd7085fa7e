import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { crc32 } from "node:zlib";
import { expect, it } from "vitest";
import { debianCommands } from "../../../../../src/packages/deb/commands/table.ts";
import { fromBytes, toBytes } from "../../../../../src/packages/scripts/bytes.ts";
import { MemoryRoot } from "../../../../../src/packages/scripts/memory/memory-root.ts";
import { runScript, type ScriptOutcome } from "../../../../../src/packages/scripts/run-script.ts";
import { slapaddFiles, withoutTimes } from "../../../../judge/commands/slapadd-case.ts";

interface MadeFile {
  readonly mode: number;
  readonly folder: number;
  readonly text: string;
}

const fixture = path.join(import.meta.dirname, "../../../../fixtures/commands/slapadd.json");
const recorded = JSON.parse(readFileSync(fixture, "utf8")) as Readonly<Record<string, MadeFile>>;
const commands = debianCommands({ architecture: "amd64", machine: "x86_64", answers: new Map() });
const now = 1_700_000_000;
const FOLDER = "/etc/own.d";

it("slapadd writes a configuration as the files that OpenLDAP writes", () => {
  const root = rootWith(slapaddFiles);
  expect(run(root, `slapadd -F ${FOLDER} -b cn=config -l /tmp/own.ldif`)).toMatchObject({
    type: "ended",
    status: 0,
  });
  const made: Record<string, MadeFile> = {};
  for (const { path: file, status } of root.entries()) {
    if (!file.startsWith(`${FOLDER}/`) || status.kind !== "file") continue;
    const whole = fromBytes(root.read(file));
    const [, sum = "", body = ""] = /^.*\n# CRC32 (\w{8})\n(.*)$/s.exec(whole) ?? [];
    expect(crc32(body).toString(16).padStart(8, "0")).toBe(sum);
    expect(body).toMatch(/^entryUUID: [\da-f]{8}-[\da-f]{4}-5[\da-f]{3}-8[\da-f]{3}-[\da-f]{12}$/m);
    expect(body).toMatch(/^createTimestamp: 20231114221320Z$/m);
    const parent = root.stat(file.slice(0, file.lastIndexOf("/")))?.mode ?? 0;
    const name = file.slice(FOLDER.length + 1);
    made[name] = { mode: status.mode, folder: parent, text: withoutTimes(whole) };
  }
  expect(made).toEqual(recorded);
});

it("what is not known of a configuration stops the script, and other suffixes are data", () => {
  const root = rootWith({ "/tmp/own.ldif": "dn: cn=config\nobjectClass: olcGlobal\nolcOdd: x\n" });
  const load = `slapadd -F ${FOLDER} -l /tmp/own.ldif -b`;
  expect(run(root, `${load} cn=config`)).toMatchObject({
    type: "needs-more",
    wanted: "olcOdd in OpenLDAP's configuration",
  });
  expect(run(root, `${load} dc=example`)).toMatchObject({ type: "ended", status: 0 });
  expect(root.list(FOLDER)).toEqual([]);
});

it("files that do nothing but include others count when they are read", () => {
  const files = Object.fromEntries(
    [1, 2, 3, 4, 5, 6].map((step) => [
      `/tmp/${step}.ldif`,
      step === 6 ? "" : `include: file:///tmp/${step + 1}.ldif\n`.repeat(15),
    ]),
  );
  const load = `slapadd -F ${FOLDER} -b cn=config -l /tmp/1.ldif`;
  expect(run(rootWith(files), load).type).toBe("limit-reached");
});

it("slappasswd hashes a password, and makes one that none has where there is none", () => {
  const hashOf = (password: string): string => {
    const outcome = run(rootWith({}), `slappasswd -s '${password}'`);
    return Buffer.from(outcome.stdout).toString("latin1").trim();
  };
  expect(hashOf("")).toBe("{SSHA}AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
  const bytes = Buffer.from(hashOf("secret").replace("{SSHA}", ""), "base64");
  const [digest, salt] = [bytes.subarray(0, 20), bytes.subarray(20)];
  expect(salt).toHaveLength(4);
  // As OpenLDAP compares it.
  expect(createHash("sha1").update("secret").update(salt).digest()).toEqual(digest);
  expect(hashOf("secret")).toBe(hashOf("secret"));
  expect(hashOf("secret")).not.toBe(hashOf("secres"));
});

function rootWith(files: Readonly<Record<string, string>>): MemoryRoot {
  const root = new MemoryRoot({ now });
  for (const folder of [FOLDER, "/tmp"]) root.add(folder, { kind: "directory", mode: 0o755 });
  for (const [file, text] of Object.entries(files))
    root.add(file, { kind: "file", mode: 0o644, content: toBytes(text) });
  return root;
}

function run(root: MemoryRoot, text: string): ScriptOutcome {
  return runScript({
    text,
    name: "call",
    args: [],
    env: new Map([["PATH", "/usr/sbin"]]),
    root,
    commands,
    now,
  });
}
