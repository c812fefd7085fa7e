import { once } from "node:events";
import { expect, test } from "vitest";
import { engineStatus } from "../../../../src/docker/errors.ts";
import { fillVolume, type VolumeRoot } from "../../../../src/docker/fill-volume.ts";
import { labels } from "../../../../src/stack/labels.ts";
import { recordOf } from "../../../../src/stack/ownership.ts";
import { type Answer, json, startFakeEngine, stream } from "../../../support/fake-engine.ts";
import { startFakePodman } from "../../../support/fake-podman.ts";

/** An answer without a value, once the request was read. */
const done: Answer = async (response, request) => {
  request.resume();
  await once(request, "end");
  response.writeHead(200).end();
};

function pathsOf(requests: readonly string[], method: string): readonly string[] {
  return requests
    .filter((line) => line.startsWith(`${method} `))
    .map((line) => decodeURIComponent(line).replaceAll("+", " "));
}

test("podman is known by what it says of itself, and where its containers' output goes is asked of it", async () => {
  await using fake = await startFakePodman();
  await using engine = await fake.connect();
  expect(await engine.info()).toMatchObject({ isPodman: true, loggingDriver: "json-file" });
});

test("limits are those that podman may use, and a rootless one is known", async () => {
  await using fake = await startFakePodman({
    "GET /info": json({
      ID: "fake",
      BuildahVersion: "1.28.2",
      Rootless: true,
      MemoryLimit: true,
      SwapLimit: true,
      PidsLimit: true,
      CpuCfsQuota: true,
    }),
    "GET /libpod/info": json({ host: { logDriver: "journald", cgroupControllers: ["pids"] } }),
  });
  await using engine = await fake.connect();
  expect(await engine.info()).toMatchObject({
    rootless: true,
    memoryLimit: false,
    swapLimit: false,
    cpuLimit: false,
    pidsLimit: true,
    loggingDriver: "journald",
  });
});

test("an Engine is asked nothing in podman's words", async () => {
  await using fake = await startFakeEngine();
  await using engine = await fake.connect();
  expect(await engine.info()).toMatchObject({ isPodman: false });
  expect(fake.requests.filter((line) => line.includes("libpod"))).toEqual([]);
});

test("podman's own words for processes are asked for, so that it runs no ps in the container", async () => {
  await using fake = await startFakePodman({
    "GET /containers/c1/top": json({ Titles: ["USER"], Processes: [["web"]] }),
  });
  await using engine = await fake.connect();
  expect(await engine.processTable("c1")).toEqual({ titles: ["USER"], rows: [["web"]] });
  expect(pathsOf(fake.requests, "GET")).toContain(
    "GET /v1.41/containers/c1/top?ps_args=user,pid,ppid,pcpu,etime,tty,time,args",
  );
  // Without numbers of users and of processes outside the container.
  expect(await engine.processes("c1")).toBe(undefined);
});

test("files for a volume are put into its mount point on podman, and beside it on an Engine", async () => {
  const routes = { "PUT /containers/c1/archive": done };
  const roots: VolumeRoot[] = [];
  for (const start of [startFakePodman(routes), startFakeEngine({ routes })]) {
    await using fake = await start;
    await using engine = await fake.connect();
    await fillVolume(engine, {
      containerId: "c1",
      target: "/volume",
      pack(root) {
        roots.push(root);
        return Buffer.alloc(1024);
      },
      signal: new AbortController().signal,
    });
    expect(pathsOf(fake.requests, "PUT").map((line) => /path=([^&]*)/u.exec(line)?.[1])).toEqual([
      roots.length === 1 ? "/volume" : "/",
    ]);
  }
  // podman 5 leaves the root to root.
  expect(roots).toEqual([
    { folder: ".", mode: 0o555 },
    { folder: "volume", mode: 0o550 },
  ]);
});

/** Something that happened to a service's container, so many seconds after 1970. */
function anEvent(seconds: number): object {
  const name = "shop-web-1";
  const found = new Map([
    [labels.stack, "shop"],
    [labels.service, "web"],
  ]);
  const record = recordOf({ kind: "container", name, labels: found }, seconds * 1000);
  return {
    Action: `at ${seconds}`,
    timeNano: seconds * 1e9,
    Actor: {
      ID: "c1",
      Attributes: { ...Object.fromEntries(found), [labels.record]: record, name },
    },
  };
}

test("podman is told no last moment, which it takes for another one: events after it are left out here", async () => {
  await using fake = await startFakePodman({
    "GET /events": stream([anEvent(1), anEvent(2), anEvent(3)]),
  });
  await using engine = await fake.connect();
  const actions: string[] = [];
  for await (const { action } of engine.stackEvents("shop", { since: 0, until: 2 }))
    actions.push(action);
  expect(actions).toEqual(["at 1", "at 2"]);
  const [asked = ""] = pathsOf(fake.requests, "GET").filter((line) => line.includes("/events"));
  expect(asked).toContain("stream=false");
  expect(asked).not.toContain("until");
});

test("a last moment that is still to come ends what podman goes on telling", async () => {
  await using fake = await startFakePodman({ "GET /events": stream([anEvent(1)], "stall") });
  await using engine = await fake.connect();
  const actions: string[] = [];
  const until = Date.now() / 1000 + 0.3;
  for await (const { action } of engine.stackEvents("shop", { since: 0, until }))
    actions.push(action);
  expect(actions).toEqual(["at 1"]);
});

test.each([
  ["container create: … name is taken", "that name is already in use", 500, 409],
  ["can only kill running containers", "container state improper", 500, 409],
  ["no space left", "something else", 500, 500],
  ["no such container", "no such container", 404, 404],
])("a refusal with 500 has the status of its cause: %s", async (message, cause, status, known) => {
  await using fake = await startFakePodman({
    "POST /containers/c1/start": json({ message, cause, response: status }, status),
    "GET /containers/c1/json": json({ message: "gone" }, 404),
  });
  await using engine = await fake.connect();
  const refused: unknown = await engine.startContainer("c1").catch((error: unknown) => error);
  expect(engineStatus(refused)).toBe(known);
  expect(String(refused)).toContain(message);
});

test("settings in words that are not understood are not given out for an Engine's", async () => {
  await using fake = await startFakePodman({
    "GET /containers/c1/json": json({
      Id: "c1",
      Name: "/shop-web-1",
      State: { Status: "running" },
      Config: {},
      HostConfig: { CapDrop: ["CHOWN"] },
    }),
    "GET /libpod/containers/c1/json": json({ Id: "c1" }),
  });
  await using engine = await fake.connect();
  const state = await engine.inspectContainer("c1");
  expect(state).toMatchObject({ status: "running" });
  expect(state?.raw).toMatchObject({ HostConfig: undefined });
});
