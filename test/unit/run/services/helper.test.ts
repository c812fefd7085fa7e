import { expect, test } from "vitest";
import { createEmptyImage } from "../../../../src/image/empty-image.ts";
import { createFromEmptyImage, neverStarted } from "../../../../src/run/services/helper.ts";
import { json, refuse, startFakeEngine } from "../../../support/fake-engine.ts";

const request = { name: "shop-helper", labels: new Map<string, string>(), ...neverStarted };
const { signal } = new AbortController();

/** Method and path of what was asked after the connection. */
function asked(requests: readonly string[]): readonly string[] {
  return requests
    .map((line) => line.replace(/\/v[\d.]+/u, "").replace(/\?.*$/u, ""))
    .filter((line) => line !== "GET /_ping" && line !== "GET /info");
}

test("an Engine that has the empty image is asked for the container alone", async () => {
  await using fake = await startFakeEngine({
    routes: { "POST /containers/create": json({ Id: "made" }, 201) },
  });
  await using engine = await fake.connect();

  expect(await createFromEmptyImage(engine, request, signal)).toBe("made");
  expect(asked(fake.requests)).toEqual(["POST /containers/create"]);
});

test("an Engine that lacks the empty image is given it, and asked again", async () => {
  let isLoaded = false;
  await using fake = await startFakeEngine({
    routes: {
      "POST /containers/create": (response, incoming) =>
        (isLoaded ? json({ Id: "made" }, 201) : refuse(404, "no such image"))(response, incoming),
      "POST /images/load": (response, incoming) => {
        isLoaded = true;
        incoming.resume();
        response.end('{"stream":"Loaded image"}\n');
      },
      [`POST /images/${createEmptyImage("amd64").manifestDigest}/tag`]: json({}, 201),
    },
  });
  await using engine = await fake.connect();

  await expect(createFromEmptyImage(engine, request, signal)).resolves.toBe("made");
  expect(asked(fake.requests).filter((line) => line.startsWith("POST /containers"))).toHaveLength(
    2,
  );
});

test("another refusal than an absence ends it at once", async () => {
  await using fake = await startFakeEngine({
    routes: { "POST /containers/create": refuse(409, "name is taken") },
  });
  await using engine = await fake.connect();

  await expect(createFromEmptyImage(engine, request, signal)).rejects.toThrow("name is taken");
  expect(asked(fake.requests)).toEqual(["POST /containers/create"]);
});
