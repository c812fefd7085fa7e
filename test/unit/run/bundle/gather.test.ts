import { expect, test } from "vitest";
import type { Digest } from "../../../../src/digest.ts";
import type { Lock } from "../../../../src/packages/package.ts";
import { gatherRunLayers } from "../../../../src/run/bundle/gather.ts";
import type { RunEventBody } from "../../../../src/run/execution/event.ts";
import { aDigest, aLockTarget } from "../../../support/a-lock.ts";

type Layers = Readonly<Record<string, Digest | undefined>>;

/** A target whose images have layers that scripts made, those that are undefined excepted. */
function madeOf(layers: Layers): ReturnType<typeof aLockTarget> {
  const images = Object.entries(layers).map(([name, runLayer]) => [
    name,
    { packages: [], ...(runLayer === undefined ? {} : { runLayer }) },
  ]);
  return aLockTarget(Object.fromEntries(images));
}

/** What goes into a bundle of some targets, of a store that holds some layers, and what is told. */
async function gather(held: readonly Digest[], wanted: readonly string[]) {
  const lock: Lock = {
    version: 2,
    targets: new Map([
      ["one", madeOf({ app: aDigest("a"), plain: undefined, web: aDigest("w") })],
      ["two", madeOf({ app: aDigest("b"), web: aDigest("w") })],
    ]),
  };
  const told: RunEventBody[] = [];
  const digests = await gatherRunLayers(
    {
      store: { find: async (digest: Digest) => (held.includes(digest) ? "/blob" : undefined) },
      emit: (event) => void told.push(event),
    },
    lock,
    new Map(wanted.map((key) => [key, madeOf({})])),
  );
  return { digests, told };
}

test("the layers that scripts made go into the bundle, of the targets that do", async () => {
  const held = [aDigest("a"), aDigest("w"), aDigest("b"), aDigest("other")];
  expect(await gather(held, ["one"])).toEqual({
    digests: [aDigest("a"), aDigest("w")],
    told: [],
  });
  expect((await gather(held, ["two", "three"])).digests).toEqual([aDigest("b"), aDigest("w")]);
  expect(await gather([], [])).toEqual({ digests: [], told: [] });
});

test("those that were not made here are told by their images, and the others go", async () => {
  const { digests, told } = await gather([aDigest("w")], ["one", "two"]);
  expect(digests).toEqual([aDigest("w"), aDigest("w")]);
  expect(told).toEqual([
    {
      type: "notice",
      level: "warning",
      message:
        "Not in the bundle, since it was not made here: what scripts make that are run, for app.",
      hint: expect.stringContaining("then save again"),
    },
  ]);
});
