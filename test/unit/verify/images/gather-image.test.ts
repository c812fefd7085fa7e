import { expect, test } from "vitest";
import { debDatabase } from "../../../../src/packages/deb/database.ts";
import type { Engine, ImageDetails } from "../../../../src/docker/engine.ts";
import { rememberLeftScripts } from "../../../../src/image/left-scripts.ts";
import { rememberRanScripts } from "../../../../src/image/ran-scripts.ts";
import type { LeftScript } from "../../../../src/packages/installation.ts";
import type { LockedPackage } from "../../../../src/packages/package.ts";
import type { Image, Stack } from "../../../../src/stack/stack.ts";
import type { Store } from "../../../../src/store/store.ts";
import type { Expectation } from "../../../../src/verify/expectation.ts";
import { gatherImage } from "../../../../src/verify/images/gather-image.ts";
import {
  failed,
  type Look,
  type Looker,
  LookFailure,
  seen,
} from "../../../../src/verify/services/look.ts";
import type { ImageSubject } from "../../../../src/verify/subject.ts";
import { aService } from "../../../support/a-service.ts";
import { anImageSubject } from "../../../support/a-subject.ts";
import { aDockerfileImage, anImage, aStack } from "../../../support/builders.ts";
import { tarOf } from "../../../support/tar.ts";
import { temporaryStore } from "../../../support/temporary-store.ts";

function aLocked(name: string): LockedPackage {
  const [locked] = anImageSubject().locked ?? [];
  if (locked === undefined) throw new Error("nothing is locked");
  return { ...locked, name };
}

const pulled: Image = {
  type: "pulled",
  name: "pulled",
  reference: "qclock.invalid/t/pulled:latest",
  source: "docker.io/library/redis:8",
};

const stack: Stack = aStack({
  images: [
    anImage("base", { setuid: ["/usr/bin/su"] }),
    anImage("middle", { parent: "base" }),
    anImage("app", { parent: "middle", setuid: ["/usr/bin/mount"] }),
    aDockerfileImage("built", ["base", "middle"]),
    anImage("onBuilt", { parent: "built" }),
    pulled,
  ],
  services: [
    aService({ name: "web", image: "app" }),
    aService({ name: "db", image: "base" }),
    aService({ name: "job", image: "app" }),
  ],
});

const details = anImageSubject().details;

const expectation: Expectation = {
  desired: new Map([["app", { reference: "app", fingerprint: "sha256:f" }]]),
  target: {
    os: "debian-12",
    architecture: "amd64",
    inputs: "sha256:i",
    repositories: [],
    images: new Map([
      ["base", { packages: [aLocked("libc6")], artifacts: [] }],
      ["app", { packages: [aLocked("bash")], artifacts: [] }],
    ]),
  },
  recorded: new Map([["app", new Set(["sha256:r"])]]),
  drift: new Map(),
  closedNetworks: new Set(),
  canCloseWayOut: true,
  isolatedNetworks: new Set(),
  strangers: [],
};

const look: Looker = async (what, work) => {
  try {
    return seen(await work(new AbortController().signal));
  } catch {
    return failed(`${what}: no`);
  }
};

const engine: Pick<Engine, "imageHistory" | "exportImage"> = {
  imageHistory: async () => [{ createdBy: "RUN make", sizeBytes: 1 }],
  exportImage: async () =>
    (async function* () {
      yield tarOf([
        { path: "etc/group", content: "root:x:0:" },
        { path: "var/lib/dpkg/status", content: "Package: a" },
        { path: "etc/motd", content: "hello" },
      ]);
    })(),
};

/** One image of the stack as the checks see it. */
async function gather(
  name: string,
  store: Store,
  parts: {
    readonly engine?: Pick<Engine, "imageHistory" | "exportImage">;
    readonly raw?: unknown;
    readonly details?: ReadonlyMap<string, ImageDetails>;
    readonly expected?: Look<Expectation>;
  } = {},
): Promise<ImageSubject> {
  const image = stack.images.get(name);
  if (image === undefined) throw new Error(`no image ${name}`);
  const { raw = {}, details: known = new Map([["middle", details]]) } = parts;
  return await gatherImage(
    image,
    { ...details, raw },
    {
      stack,
      engine: (parts.engine ?? engine) as Engine,
      store,
      database: debDatabase,
      look,
      expectation: parts.expected ?? seen(expectation),
      details: new Map([...known].map(([key, value]) => [key, seen(value)])),
      secretValues: ["s"],
      processesOf: async () => [],
    },
  );
}

test("an assembled image has its parents' packages and allowed bits, and its own services", async () => {
  await using held = await temporaryStore();
  const subject = await gather("app", held.store);

  expect(subject.locked?.map(({ name }) => name)).toEqual(["libc6", "bash"]);
  expect(subject.setuid).toEqual(["/usr/bin/su", "/usr/bin/mount"]);
  expect(subject.services.map(({ name }) => name)).toEqual(["web", "job"]);
  expect(subject.parent).toEqual({ name: "middle", diffIds: details.diffIds });
  expect(subject.fingerprint).toBe("sha256:f");
  expect(subject.recorded).toEqual(new Set(["sha256:r"]));
  expect(subject.history).toEqual([{ createdBy: "RUN make", sizeBytes: 1 }]);
  expect(subject.files.texts).toEqual(new Map([["etc/group", "root:x:0:"]]));
  expect(subject.files.packages).toEqual(new Map());
  expect(subject.secretValues).toEqual(["s"]);
});

test("what an image stands on is its parent, or the last one of a Dockerfile", async () => {
  await using held = await temporaryStore();
  const parentOf = async (name: string): Promise<ImageSubject["parent"]> =>
    (await gather(name, held.store)).parent;

  expect(await parentOf("base")).toBeUndefined();
  expect(await parentOf("pulled")).toBeUndefined();
  expect(await parentOf("built")).toEqual({ name: "middle", diffIds: details.diffIds });
  expect(await parentOf("middle")).toEqual({ name: "base", diffIds: undefined });
});

test("no lock tells what an image holds that others assembled, or one that stands on it", async () => {
  await using held = await temporaryStore();
  const lockedOf = async (name: string): Promise<readonly LockedPackage[] | undefined> =>
    (await gather(name, held.store)).locked;

  expect(await lockedOf("built")).toBeUndefined();
  expect(await lockedOf("onBuilt")).toBeUndefined();
  expect(await lockedOf("middle")).toHaveLength(1);
  expect((await gather("base", held.store)).recorded).toEqual(new Set());
  expect((await gather("base", held.store)).fingerprint).toBeUndefined();
});

test.each<readonly [what: string, raw: unknown, config: ImageSubject["config"]]>([
  ["nothing", {}, { workingDirectory: "", volumes: [], hasHealthcheck: false }],
  [
    "everything",
    {
      Config: {
        WorkingDir: "/srv",
        Volumes: { "/a": {}, "/b": {} },
        Healthcheck: { Test: ["CMD", "check"] },
      },
    },
    { workingDirectory: "/srv", volumes: ["/a", "/b"], hasHealthcheck: true },
  ],
  [
    "no healthcheck, said so",
    { Config: { WorkingDir: null, Volumes: null, Healthcheck: { Test: ["NONE"] } } },
    { workingDirectory: "", volumes: [], hasHealthcheck: false },
  ],
  [
    "a healthcheck without a test",
    { Config: { Healthcheck: { Test: [] } } },
    { workingDirectory: "", volumes: [], hasHealthcheck: false },
  ],
])("of a configuration with %s the part that checks want is read", async (_, raw, config) => {
  await using held = await temporaryStore();
  expect((await gather("app", held.store, { raw })).config).toEqual(config);
});

/** A script that could not be interpreted; of one that could be run instead its call is known. */
function aLeft(name: string, call?: LeftScript["call"]): LeftScript {
  const left = { package: name, script: "postinst", reason: "it forks", effects: [] } as const;
  return call === undefined ? left : { ...left, call };
}

test("of scripts it is known which were left, and which were run for the layer above", async () => {
  await using held = await temporaryStore();
  const { store } = held;
  const call: LeftScript["call"] = {
    path: "/var/lib/dpkg/info/ran.postinst",
    args: ["configure"],
    environment: {},
  };
  const runnable = aLeft("ran", call);
  expect((await gather("app", store)).leftScripts).toBeUndefined();
  expect((await gather("app", store)).runLayers).toEqual([]);

  await rememberLeftScripts("sha256:1", [runnable, aLeft("kept")], store);
  expect((await gather("app", store)).leftScripts).toEqual([runnable, aLeft("kept")]);

  await rememberLeftScripts("sha256:2", [], store);
  await rememberRanScripts("sha256:2", [{ package: "ran", script: "postinst" }], store);
  const subject = await gather("app", store);
  expect(subject.leftScripts).toEqual([aLeft("kept")]);
  expect(subject.runLayers).toEqual(["ran"]);
});

test("a layer of scripts that the lock names was made elsewhere where nothing is known of it", async () => {
  await using held = await temporaryStore();
  const { store } = held;
  const target = {
    ...expectation.target,
    images: new Map([["base", { packages: [], runLayer: "sha256:2" as const }]]),
  };
  const expected = seen({ ...expectation, target });
  expect((await gather("app", store, { expected })).runLayers).toEqual([undefined]);
  expect((await gather("onBuilt", store, { expected })).runLayers).toEqual([]);
  await rememberRanScripts("sha256:1", [{ package: "b", script: "postinst" }], store);
  expect((await gather("app", store, { expected })).runLayers).toEqual(["b", undefined]);
});

test("what could not be seen fails whoever asks for it, and nobody else", async () => {
  await using held = await temporaryStore();
  const no = async (): Promise<never> => Promise.reject(new Error("no"));
  const subject = await gather("app", held.store, {
    engine: { imageHistory: no, exportImage: no },
    expected: failed("the plan: no"),
  });

  expect(() => subject.history).toThrow(new LookFailure("the history of image app: no"));
  expect(() => subject.files).toThrow(new LookFailure("the files of image app: no"));
  expect(() => subject.locked).toThrow(new LookFailure("the plan: no"));
  expect(() => subject.recorded).toThrow(new LookFailure("the plan: no"));
  expect(() => subject.fingerprint).toThrow(new LookFailure("the plan: no"));
  expect(subject.details.user).toBe("10001:10001");
});
