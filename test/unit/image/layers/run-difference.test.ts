import { join } from "node:path";
import { expect, test } from "vitest";
import { tarHeader } from "../../../../src/archive/tar-header.ts";
import { differenceFrom } from "../../../../src/image/layers/run-difference.ts";
import { temporaryFolder } from "../../../support/temporary-store.ts";

test("scripts that make files without an end are stopped while their container is read", async () => {
  await using temporary = await temporaryFolder();
  let made = 0;
  async function* endless(): AsyncGenerator<Uint8Array> {
    for (; made < 520_000; made += 1000) {
      const headers = Array.from({ length: 1000 }, (_, n) => tarHeader(`run/${made + n}`, 0));
      yield Buffer.concat(headers);
    }
  }

  const reading = differenceFrom([], {
    root: endless(),
    spool: join(temporary.path, "spool"),
    originOf: () => ({ type: "script", package: "a" }),
    setuid: new Set(),
    leftOut: [],
    signal: new AbortController().signal,
  });

  await expect(reading).rejects.toThrow("it is more than 500000 paths");
  expect(made).toBeLessThan(502_000);
});
