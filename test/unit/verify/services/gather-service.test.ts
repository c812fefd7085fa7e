import { expect, test } from "vitest";
import { debDatabase } from "../../../../src/packages/deb/database.ts";
import type { ContainerState, Engine } from "../../../../src/docker/engine.ts";
import { createLooker, failed, LookFailure, seen } from "../../../../src/verify/services/look.ts";
import type { Surroundings } from "../../../../src/verify/images/gather-image.ts";
import {
  gatherService,
  type ServiceSight,
} from "../../../../src/verify/services/gather-service.ts";
import type { ProcessFacts, ServiceSubject } from "../../../../src/verify/subject.ts";
import { aService } from "../../../support/a-service.ts";
import { aContainerState, anEngineInfo, anImageSubject } from "../../../support/a-subject.ts";
import { aStack } from "../../../support/builders.ts";
import { temporaryStore } from "../../../support/temporary-store.ts";

const ofKernel: ProcessFacts = {
  pid: 4242,
  entered: false,
  command: "from the kernel",
  uid: 5,
  privileged: false,
  kernel: undefined,
};

interface Parts {
  readonly local?: boolean;
  readonly state?: Partial<ContainerState>;
  readonly engine?: Partial<Pick<Engine, "processes" | "logs">>;
  readonly world?: Partial<Surroundings>;
  readonly sight?: Partial<ServiceSight>;
}

async function gather({
  local = false,
  state,
  engine,
  world,
  sight,
}: Parts): Promise<ServiceSubject> {
  await using held = await temporaryStore();
  const told: Pick<Engine, "endpoint" | "processes" | "logs"> = {
    endpoint: { url: "memory:", origin: "test", local },
    processes: async () => [
      { pid: 4242, parent: 1, uid: 6, command: "from the Engine", privileged: false },
    ],
    async *logs(_id, { tail, follow }) {
      yield { stream: "stdout", text: `${tail} lines, followed: ${follow}` };
    },
    ...engine,
  };
  const { details } = anImageSubject();
  return await gatherService(
    {
      service: aService({ name: "app" }),
      state: aContainerState(state),
      info: seen(anEngineInfo),
      secrets: seen({ files: [], values: ["v"] }),
      ...sight,
    },
    {
      stack: aStack(),
      engine: told as Engine,
      store: held.store,
      database: debDatabase,
      look: createLooker({
        signal: new AbortController().signal,
        concurrency: 9,
        deadlineMs: 9000,
      }),
      expectation: seen({
        desired: new Map(),
        target: {
          os: "debian-12",
          architecture: "amd64",
          inputs: "sha256:i",
          repositories: [],
          images: new Map(),
        },
        recorded: new Map(),
        drift: new Map([["app", ["up would start it"]]]),
        closedNetworks: new Set(["t_edge"]),
        canCloseWayOut: true,
        isolatedNetworks: new Set(),
        strangers: [],
      }),
      details: new Map([["app", seen(details)]]),
      secretValues: ["v"],
      processesOf: async () => [ofKernel],
      ...world,
    },
  );
}

test("everything that checks ask about a service is gathered", async () => {
  const subject = await gather({});

  expect(subject).toMatchObject({
    service: { name: "app" },
    inspection: { user: "10001:10001", pids: 64 },
    engine: anEngineInfo,
    currentImageId: "sha256:app",
    imageUser: "10001:10001",
    drift: ["up would start it"],
    closedNetworks: new Set(["t_edge"]),
    canCloseWayOut: true,
    secretFiles: [],
    logTail: ["500 lines, followed: false"],
    secretValues: ["v"],
  });
});

test("the processes are those that this machine's kernel tells of, else those that the Engine does", async () => {
  const commandsOf = async (parts: Parts): Promise<readonly string[] | undefined> =>
    (await gather(parts)).processes?.map(({ command }) => command);
  const unseen = { world: { processesOf: async () => undefined } };

  expect(await commandsOf({ local: true })).toEqual(["from the kernel"]);
  expect(await commandsOf({ local: true, ...unseen })).toEqual(["from the Engine"]);
  expect(await commandsOf({})).toEqual(["from the Engine"]);
  expect(await commandsOf({ state: { status: "exited" } })).toEqual([]);
  expect(await commandsOf({ engine: { processes: async () => undefined } })).toBeUndefined();
});

test("what is not known of a service is nothing, and no failure", async () => {
  const subject = await gather({
    world: { details: new Map([["app", seen(undefined)]]) },
    sight: { service: aService({ name: "mail" }), secrets: undefined },
  });

  expect(subject).toMatchObject({ currentImageId: undefined, imageUser: "", drift: [] });
  expect(subject.secretFiles).toBeUndefined();
});

test("what could not be seen fails whoever asks for it, and nobody else", async () => {
  const subject = await gather({
    state: { raw: {} },
    engine: {
      processes: async () => Promise.reject(new LookFailure("no processes")),
      logs: () => {
        throw new LookFailure("no log");
      },
    },
    world: { expectation: failed("no plan"), details: new Map([["app", failed("no image")]]) },
    sight: { info: failed("no Engine"), secrets: failed("no secrets") },
  });

  expect(() => subject.inspection).toThrow("the settings of service app: a bug of qclock");
  expect(() => subject.processes).toThrow("the processes of service app: no processes");
  expect(() => subject.logTail).toThrow("the log of service app: no log");
  expect(() => subject.drift).toThrow("no plan");
  expect(() => subject.closedNetworks).toThrow("no plan");
  expect(() => subject.canCloseWayOut).toThrow("no plan");
  expect(() => subject.currentImageId).toThrow("no image");
  expect(() => subject.imageUser).toThrow("no image");
  expect(() => subject.engine).toThrow("no Engine");
  expect(() => subject.secretFiles).toThrow("no secrets");
  expect(subject.secretValues).toEqual(["v"]);
});
