import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { runText } from "../../../support/shell-commands.ts";
import { corpusFolder, readCorpus, type Recorded } from "../../../support/shell-corpus.ts";

const recorded = JSON.parse(
  readFileSync(path.join(corpusFolder, "recorded.json"), "utf8"),
) as Readonly<Record<string, Recorded>>;
const corpus = readCorpus();

test("what dash says is recorded for every snippet", () => {
  expect(corpus.length).toBeGreaterThan(500);
  expect(corpus.map(({ name }) => name)).toEqual(Object.keys(recorded));
});

test.each(corpus)("snippet $name does what dash does", ({ name, text }) => {
  const outcome = runText(text);
  const status = outcome.type === "ended" ? outcome.status : outcome.type;
  expect({ status, out: outcome.out }).toEqual(recorded[name]);
});
