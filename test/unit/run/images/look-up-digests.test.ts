import { expect, test } from "vitest";
import type { RunContext } from "../../../../src/run/context.ts";
import { lookUpDigests } from "../../../../src/run/images/look-up-digests.ts";
import { missingDigest } from "../../../../src/stack/images/missing-digest.ts";
import { aDigest } from "../../../support/a-lock.ts";
import { aStack } from "../../../support/builders.ts";

import { aDownloader } from "../../../support/lock-request.ts";
import { memoryEngine } from "../../../support/memory-engine.ts";
import { instead } from "../../../support/operation-rig.ts";
import { temporaryStore } from "../../../support/temporary-store.ts";

function pulled(name: string, source: string) {
  return { type: "pulled", name, reference: `qclock.invalid/t/${name}:latest`, source } as const;
}
const known = pulled("known", `registry.invalid/known:1@${aDigest("known")}`);
const web = pulled("web", `registry.invalid:5000/web:1@${missingDigest}`);
const again = pulled("again", web.source);

async function look(
  images: readonly ReturnType<typeof pulled>[],
  options: { readonly offline?: boolean; readonly lockMode?: RunContext["lockMode"] } = {},
) {
  const { offline = false, lockMode = "use" } = options;
  await using temporary = await temporaryStore();
  const asked: string[] = [];
  const engine = instead(memoryEngine(), {
    async registryDigest(reference) {
      asked.push(reference);
      return aDigest(reference);
    },
  });
  const { downloader } = aDownloader(temporary.store, { offline });
  const found = await lookUpDigests({
    stack: aStack({ images }),
    engine: async () => engine,
    downloader,
    lockMode,
    signal: new AbortController().signal,
  });
  return { asked, found };
}

test("each reference with zeros is asked for once, and others are not", async () => {
  expect(await look([known, web, again])).toEqual({
    asked: ["registry.invalid:5000/web:1"],
    found: new Map([
      [web.source, `registry.invalid:5000/web:1@${aDigest("registry.invalid:5000/web:1")}`],
    ]),
  });
});

test("where all are known nobody is asked, offline and locked too", async () => {
  const nothing = { asked: [], found: new Map() };
  expect(await look([known], { offline: true })).toEqual(nothing);
  expect(await look([known], { lockMode: "locked" })).toEqual(nothing);
});

test.each([
  [{ offline: true }, "offline"],
  [{ lockMode: "locked" as const }, "lock-outdated"],
])("with %j it is refused", async (options, code) => {
  await expect(look([web], options)).rejects.toMatchObject({
    code,
    message: expect.stringContaining("registry.invalid:5000/web:1"),
  });
});
