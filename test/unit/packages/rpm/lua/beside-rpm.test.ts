import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import {
  luaFolder,
  type LuaRecord,
  readLuaCorpus,
  runSnippet,
} from "../../../../support/lua-corpus.ts";

const recorded = JSON.parse(
  readFileSync(path.join(luaFolder, "recorded.json"), "utf8"),
) as Readonly<Record<string, LuaRecord>>;
const corpus = readLuaCorpus();

test("what RPM's Lua says is recorded for every snippet", () => {
  expect(corpus.length).toBeGreaterThan(140);
  expect(corpus.map(({ name }) => name)).toEqual(Object.keys(recorded));
});

test.each(corpus)("snippet $name does what RPM's Lua does", ({ name, text }) => {
  const { outcome, stdout } = runSnippet(text);
  const status = outcome.type === "ended" ? outcome.status : outcome.type;
  expect({ status, out: stdout }).toEqual(recorded[name]);
});
