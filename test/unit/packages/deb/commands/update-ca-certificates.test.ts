import { expect, test } from "vitest";
import { debianCommands } from "../../../../../src/packages/deb/commands/table.ts";
import { fromBytes, toBytes } from "../../../../../src/packages/scripts/bytes.ts";
import { MemoryRoot } from "../../../../../src/packages/scripts/memory/memory-root.ts";
import { callCommand, type CalledCommand } from "../../../../support/command-call.ts";

const CERTIFICATES = "/usr/share/ca-certificates";
const TRUSTED = "/etc/ssl/certs";

function trustRoot(list: string): MemoryRoot {
  const root = emptyRoot({
    "/etc/ca-certificates.conf": list,
    [`${CERTIFICATES}/m/One (1).crt`]: "one\n",
    [`${CERTIFICATES}/m/Two,a.crt`]: "two",
    [`${CERTIFICATES}/m/Three.crt`]: "three\n",
    "/usr/local/share/ca-certificates/own/own.crt": "own\n",
    "/usr/local/share/ca-certificates/other.txt": "no certificate\n",
  });
  root.add("/usr/bin/openssl", { kind: "file", mode: 0o755 });
  root.add(TRUSTED, { kind: "directory", mode: 0o755 });
  root.symlink(`${CERTIFICATES}/m/Three.crt`, `${TRUSTED}/Three.pem`);
  root.symlink("/nowhere", `${TRUSTED}/dangling.0`);
  return root;
}

test("certificates of the list and of the machine are trusted: links, a bundle, and who wants to know", () => {
  const root = trustRoot("# a comment\n\nm/One (1).crt\n!m/Three.crt\n m/Two,a.crt\nm/None.crt\n");
  const hook = "#!/bin/sh\nsort > /etc/heard\nexit 3\n";
  root.add("/etc/ca-certificates/update.d/hook", {
    kind: "file",
    mode: 0o755,
    content: toBytes(hook),
  });

  const first = call(root, "update-ca-certificates", "--hooksdir", "");

  expect(first).toMatchObject({
    status: 0,
    stdout: `Updating certificates in ${TRUSTED}...\n3 added, 1 removed; done.\n`,
    stderr: `W: ${CERTIFICATES}/m/None.crt not found, but listed in /etc/ca-certificates.conf.\n`,
  });
  expect(links(root)).toEqual([
    `${TRUSTED}/One_=1=.pem -> ${CERTIFICATES}/m/One (1).crt`,
    `${TRUSTED}/Two_a.pem -> ${CERTIFICATES}/m/Two,a.crt`,
    `${TRUSTED}/own.pem -> /usr/local/share/ca-certificates/own/own.crt`,
  ]);
  expect(fromBytes(root.read(`${TRUSTED}/ca-certificates.crt`))).toBe("one\ntwo\nown\n");
  expect(root.stat(`${TRUSTED}/ca-certificates.crt`)).toMatchObject({ mode: 0o644 });

  const again = call(root, "update-ca-certificates");
  expect(again.stdout).toContain("0 added, 0 removed; done.\n");
});

test("without a list everything is cleared first; without the folder nothing is done", () => {
  const root = trustRoot("");

  call(root, "update-ca-certificates");
  expect(links(root)).toEqual([
    `${TRUSTED}/own.pem -> /usr/local/share/ca-certificates/own/own.crt`,
  ]);

  expect(call(emptyRoot({}), "update-ca-certificates").status).toBe(2);
  expect(call(root, "update-ca-certificates", "--sysroot", "/x").wanted).toMatch(/--sysroot/);
});

function emptyRoot(files: Readonly<Record<string, string>>): MemoryRoot {
  const root = new MemoryRoot({ now: 1_700_000_000 });
  for (const [path, text] of Object.entries(files))
    root.add(path, { kind: "file", mode: 0o644, content: toBytes(text) });
  return root;
}

function call(root: MemoryRoot, ...argv: readonly string[]): CalledCommand {
  const commands = debianCommands({ architecture: "amd64", machine: "x86_64", answers: new Map() });
  return callCommand(argv, { root, commands });
}

function links(root: MemoryRoot): readonly string[] {
  return [...root.entries()].flatMap(({ path, target }) =>
    target === undefined ? [] : [`${path} -> ${target}`],
  );
}
