import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { macrosFor } from "../../../../../src/packages/rpm/macros/macros-for.ts";
import { fromBytes, fromText } from "../../../../../src/packages/scripts/bytes.ts";
import type { Command } from "../../../../../src/packages/scripts/command.ts";
import { MemoryRoot } from "../../../../../src/packages/scripts/memory/memory-root.ts";
import { putFile } from "../../../../../src/packages/scripts/root-files.ts";
import { runScript } from "../../../../../src/packages/scripts/run-script.ts";
import { MACRO_FILE, MACRO_TEXTS } from "../../../../support/rpm/macro-cases.ts";

/** What `rpm --eval` of RPM 4.18 prints for each text: see test/judge/record-rpm.ts. */
const printed: readonly string[] = JSON.parse(
  readFileSync(path.resolve(import.meta.dirname, "../../../../fixtures/rpm/macros.json"), "utf8"),
) as string[];

const cases = MACRO_TEXTS.map((text, index) => ({ text, expected: printed[index] }));

test("rpm was asked to expand all texts", () => {
  expect(printed).toHaveLength(MACRO_TEXTS.length);
});

test.each(cases)("$text is expanded as rpm expands it", ({ text, expected }) => {
  const root = new MemoryRoot({ now: 0 });
  putFile(root, "/usr/lib/rpm/macros", MACRO_FILE);
  const expand: Command = (call) => {
    call.stdout.write(`${macrosFor(call, "x86_64").expand(fromText(text))}\n`);
    return 0;
  };
  const outcome = runScript({
    text: "expand",
    name: "test",
    args: [],
    env: new Map(),
    root,
    commands: new Map([["expand", expand]]),
    now: 0,
  });
  expect(outcome.type).toBe("ended");
  expect(fromBytes(outcome.stdout)).toBe(fromText(expected ?? ""));
});
