import { expect, test } from "vitest";
import type { ObserveRequest } from "../../../src/docker/engine.ts";
import { labels } from "../../../src/stack/labels.ts";
import { recordOf } from "../../../src/stack/ownership.ts";
import { json, startFakeEngine } from "../../support/fake-engine.ts";

const request: ObserveRequest = {
  stack: "shop",
  imageReferences: ["qclock.invalid/shop/web:latest"],
  containerNames: ["shop-web-1"],
  networkNames: ["shop_default"],
  volumeNames: ["shop_data"],
};

const madeAtMs = Date.UTC(2026, 0, 1);

/** What lists say of a service's container that qclock made. */
function aListedContainer(): object {
  const found = new Map([
    [labels.stack, "shop"],
    [labels.service, "web"],
    [labels.configHash, "a;b"],
    [labels.imageIdentity, "sha256:1"],
  ]);
  const record = recordOf({ kind: "container", name: "shop-web-1", labels: found }, madeAtMs);
  return {
    Id: "c1",
    Names: ["/shop-web-1"],
    ImageID: "sha256:1",
    Created: madeAtMs / 1000,
    State: "running",
    Labels: { ...Object.fromEntries(found), [labels.record]: record },
  };
}

test("for a build the Engine is asked for no networks and volumes, and for none of the containers by itself", async () => {
  const image = {
    Id: "sha256:1",
    RepoTags: ["qclock.invalid/shop/web:latest"],
    Labels: { [labels.stack]: "shop", [labels.fingerprint]: "f1" },
  };
  await using fake = await startFakeEngine({
    routes: {
      "GET /images/json": json([image]),
      "GET /containers/json": json([aListedContainer()]),
    },
  });
  await using engine = await fake.connect();
  const observed = await engine.observe({ ...request, purpose: "build" });

  const asked = fake.requests.map((line) => decodeURIComponent(line).replace("/v1.41", ""));
  expect(asked.toSorted()).toEqual([
    "GET /_ping",
    'GET /containers/json?all=1&filters={"label":["dev.qclock.stack=shop"]}',
    'GET /images/json?filters={"reference":["qclock.invalid/shop/*"]}',
    "GET /info",
  ]);
  expect([...observed.images.keys()]).toEqual(request.imageReferences);
  // It vouches for the image that it was made from.
  expect(observed.containers).toMatchObject([
    { ours: true, service: "web", configHash: "a;b", imageIdentity: "sha256:1", status: "running" },
  ]);
});

test("to take a stack down the Engine is asked for no images, and for none of the containers by itself", async () => {
  await using fake = await startFakeEngine({
    routes: {
      "GET /containers/json": json([aListedContainer()]),
      "GET /networks": json([]),
      "GET /volumes": json({ Volumes: [] }),
    },
  });
  await using engine = await fake.connect();
  const observed = await engine.observe({ ...request, purpose: "down" });

  const asked = fake.requests.map((line) => decodeURIComponent(line).replace("/v1.41", ""));
  expect(asked.toSorted()).toEqual([
    "GET /_ping",
    "GET /containers/json?all=1",
    "GET /info",
    "GET /networks",
    'GET /volumes?filters={"label":["dev.qclock.stack=shop"]}',
    'GET /volumes?filters={"name":["shop_data"]}',
  ]);
  expect(observed.containers).toMatchObject([{ ours: true, service: "web", status: "running" }]);
});
