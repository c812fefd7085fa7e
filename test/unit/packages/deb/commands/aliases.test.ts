import { readFileSync } from "node:fs";
import path from "node:path";
import { inflateSync } from "node:zlib";
import { expect, it } from "vitest";
import { debianCommands } from "../../../../../src/packages/deb/commands/table.ts";
import { toBytes } from "../../../../../src/packages/scripts/bytes.ts";
import { MemoryRoot } from "../../../../../src/packages/scripts/memory/memory-root.ts";
import { runScript } from "../../../../../src/packages/scripts/run-script.ts";
import { aliasCases } from "../../../../judge/commands/alias-cases.ts";

const fixture = path.join(import.meta.dirname, "../../../../fixtures/commands/aliases.json");
const recorded = JSON.parse(readFileSync(fixture, "utf8")) as Readonly<Record<string, string>>;
const commands = debianCommands({ architecture: "amd64", machine: "x86_64", answers: new Map() });

/** Where libdb writes the identity of the file, and once more in memory that was used before. */
const IDENTITIES = [52, 2 * 4096 + 52];

it.each(Object.entries(aliasCases))(
  "newaliases writes the database that Postfix writes: %s",
  (name, text) => {
    const expected = inflateSync(Buffer.from(recorded[name] ?? "", "base64"));
    // The value is before its key.
    const keyAt = expected.indexOf("YP_LAST_MODIFIED");
    const time = expected.toString("latin1", keyAt - 11, keyAt - 1);
    const made = newaliases(text, Number(time));
    expect(made.subarray(52, 72).equals(Buffer.alloc(20))).toBe(false);
    for (const at of IDENTITIES) {
      made.fill(0, at, at + 20);
      expected.fill(0, at, at + 20);
    }
    expect(made.equals(expected)).toBe(true);
  },
);

it("aliases of another form, and more than fit, stop the script", () => {
  expect(() => newaliases('list: "|/usr/bin/program"\n', 0)).toThrow("an alias of another form");
  const many = Array.from({ length: 1000 }, (_, index) => `name${index}: root\n`).join("");
  expect(() => newaliases(many, 0)).toThrow("more aliases");
});

function newaliases(text: string, now: number): Buffer {
  const root = new MemoryRoot({ now });
  const main = "alias_database = hash:/etc/aliases\nmyhostname = one.example\n";
  for (const [file, content] of Object.entries({
    "/etc/aliases": text,
    "/etc/postfix/main.cf": main,
  }))
    root.add(file, { kind: "file", mode: 0o644, content: toBytes(content) });
  const outcome = runScript({
    text: "newaliases",
    name: "call",
    args: [],
    env: new Map([["PATH", "/usr/bin"]]),
    root,
    commands,
    now,
  });
  if (outcome.type === "needs-more") throw new Error(outcome.wanted);
  return Buffer.from(root.read("/etc/aliases.db"));
}
