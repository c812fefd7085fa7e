import { isDeepStrictEqual } from "node:util";
import { expect, test } from "vitest";
import { scriptLimits } from "../../../../src/packages/scripts/limits.ts";
import { seededRandom } from "../../../support/seeded-random.ts";
import { runText } from "../../../support/shell-commands.ts";
import { mutateScript, readCorpus } from "../../../support/shell-corpus.ts";

const limits = { ...scriptLimits, steps: 20_000 };

test("scripts that are changed at random end, and give the same when they run again", () => {
  const random = seededRandom(10);
  const corpus = readCorpus();
  const ends = new Set<string>();
  const differ: string[] = [];
  for (let at = 0; at < 3000; at++) {
    const snippet = corpus[Math.floor(random() * corpus.length)]?.text ?? "";
    const dialect = random() < 0.2 ? "#!/bin/bash\n" : "";
    const text = dialect + mutateScript(snippet, random);
    const outcome = runText(text, { limits });
    ends.add(outcome.type);
    if (at % 20 === 0 && !isDeepStrictEqual(runText(text, { limits }), outcome)) differ.push(text);
  }
  expect(differ).toEqual([]);
  expect(ends).toContain("ended");
  expect(ends).toContain("limit-reached");
}, 60_000);
