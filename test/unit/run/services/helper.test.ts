import { expect, test } from "vitest";
import { createEmptyImage } from "../../../../src/image/empty-image.ts";
import {
  createFromEmptyImage,
  neverStarted,
  removeEmptyImage,
  withHelper,
} from "../../../../src/run/services/helper.ts";
import { labels } from "../../../../src/stack/labels.ts";
import { anEngineInfo } from "../../../support/a-subject.ts";
import { memoryEngine } from "../../../support/memory-engine.ts";
import { instead, refusing } from "../../../support/operation-rig.ts";
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

/** Make a container on an Engine in memory that refuses the first ones since it lacks the image. */
async function created(
  refusals: number,
  { architecture = "amd64", isThere = false, idIsManifest = false } = {},
) {
  const engine = memoryEngine();
  if (isThere) engine.images.add(emptyImageReference);
  let left = refusals;
  const image = createEmptyImage(architecture === "amd64" ? "amd64" : "arm64");
  const tagged: string[] = [];
  const outcome = await createFromEmptyImage(
    instead(engine, {
      info: async () => ({ ...anEngineInfo, architecture }),
      createContainer: async ({ image: name }) =>
        left-- > 0 ? await refusing(404, "no such image")() : `made from ${name}`,
      inspectImage: async (reference) =>
        idIsManifest && reference === image.configDigest
          ? undefined
          : engine.images.find(reference),
      tagImage: async (id, reference) => {
        tagged.push(id === image.configDigest ? "configuration" : "other");
        if (id === image.manifestDigest) tagged.push("manifest");
        engine.images.add(reference);
      },
    }),
    request,
    signal,
  ).catch((error: Error) => error.message);
  return { outcome, tagged, calls: engine.calls };
}

const emptyImageReference = "qclock.invalid/empty:latest";
const made = `made from ${emptyImageReference}`;

test("the empty image is of the Engine's architecture, and named by the id that it got", async () => {
  const calls = ["load images"];
  expect(await created(1)).toEqual({ outcome: made, tagged: ["configuration"], calls });
  for (const architecture of ["arm64", "aarch64"])
    expect(await created(1, { architecture })).toMatchObject({ tagged: ["configuration"], calls });
  expect(await created(1, { idIsManifest: true })).toMatchObject({
    tagged: ["other", "manifest"],
    calls,
  });
});

test("an empty image that another run loaded meanwhile is not loaded again", async () => {
  expect(await created(1, { isThere: true })).toEqual({ outcome: made, tagged: [], calls: [] });
});

test("the empty image is taken away and loaded anew a few times, and not for ever", async () => {
  expect((await created(5)).outcome).toBe(made);
  expect((await created(6)).outcome).toContain("no such image");
});

test("the empty image goes when nothing stands on it", async () => {
  const removing = async (status?: number): Promise<void> => {
    const engine = memoryEngine();
    engine.images.add(emptyImageReference);
    const call = status === undefined ? {} : { removeImage: refusing(status) };
    await removeEmptyImage(instead(engine, call), signal);
    expect(engine.images.references()).toEqual(status === undefined ? [] : [emptyImageReference]);
  };
  await removing();
  await removing(409);
  await expect(removing(500)).rejects.toThrow("refused");
});

test("a helper lends a volume, and is taken away whatever became of its use", async () => {
  const engine = memoryEngine();
  engine.images.add(emptyImageReference);
  await engine.createVolume("t_data", new Map());
  const context = { engine, stackName: "t", runId: "run-1", version: "0.0.0-test", signal };
  const names: string[] = [];
  const lend = async (use: () => unknown): Promise<unknown> =>
    await withHelper(context, "t_data", async (id) => {
      const { request: helper } = engine.containers.get(id) ?? {};
      names.push(helper?.name ?? "");
      expect(helper).toMatchObject({
        mounts: [
          { type: "volume", source: "t_data", target: "/volume", readOnly: false, noCopy: true },
        ],
        readOnlyRoot: false,
        dropCapabilities: ["ALL"],
        noNewPrivileges: true,
        init: false,
        restart: { type: "no" },
      });
      expect(Object.fromEntries(helper?.labels ?? [])).toMatchObject({
        [labels.stack]: "t",
        [labels.role]: "helper",
        [labels.run]: "run-1",
        [labels.version]: "0.0.0-test",
      });
      return use();
    });
  expect(await lend(() => "used")).toBe("used");
  const failing = lend(() => {
    throw new Error("it is full");
  });
  await expect(failing).rejects.toThrow("it is full");
  expect(engine.containers.size).toBe(0);
  const [first = "", second = ""] = names.map((name) => name.replace("t-qclock-helper-run-1-", ""));
  expect(Number(second)).toBe(Number(first) + 1);
  expect(Number(first)).toBeGreaterThan(0);
});
