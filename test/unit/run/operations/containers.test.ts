import { mkdir, rm, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import type { ContainerRequest, ContainerState } from "../../../../src/docker/engine.ts";
import { QclockError } from "../../../../src/error.ts";
import {
  connectNetwork,
  createContainer,
  refuseExchanged,
  removeContainer,
  startContainer,
  stopContainer,
} from "../../../../src/run/operations/containers.ts";
import { labels } from "../../../../src/stack/labels.ts";
import type { Mount, Service } from "../../../../src/stack/stack.ts";
import { aContainerState, anImageSubject } from "../../../support/a-subject.ts";
import { aNetwork, anImage, aService, aStack } from "../../../support/builders.ts";
import {
  instead,
  type OperationRig,
  operationRig,
  refusing,
} from "../../../support/operation-rig.ts";
import { temporaryFolder } from "../../../support/temporary-store.ts";

const creating = { type: "create-container", service: "app", configHash: "sha256:config" } as const;
const starting = { type: "start-container", service: "app" } as const;

/** A stack of the service `app`, and an Engine that has its image. */
async function rigOf(
  parts: Partial<Service> = {},
  { directory = "/project", user = "10001:10001" } = {},
): Promise<OperationRig & { readonly image: string }> {
  const service = aService({ name: "app", ...parts });
  const stack = aStack({
    images: [anImage("app")],
    services: [service],
    networks: [aNetwork("edge")],
  });
  const rig = await operationRig({ ...stack, directory });
  return { ...rig, image: await rig.addImage("app", { user }) };
}

test("a container is made from what was built, and told by the beginning of its id", async () => {
  await using rig = await rigOf();
  const id = await createContainer(creating, rig.context());
  const [made] = rig.engine.containers.values();
  expect(id).toBe(made?.id.slice(0, 12));
  expect(id).toHaveLength(12);
  expect(made?.request).toMatchObject({ name: "t-app-1", init: true });
  expect(Object.fromEntries(made?.request.labels ?? [])).toMatchObject({
    [labels.stack]: "t",
    [labels.run]: "run-1",
    [labels.version]: "0.0.0-test",
    [labels.configHash]: "sha256:config",
    [labels.imageIdentity]: rig.image,
  });
});

test("an image that has left the Engine, or that nobody here built, becomes no container", async () => {
  await using rig = await rigOf();
  const reference = "qclock.invalid/t/app:latest";
  const foreign = rig.engine.images.add(reference, { user: "1:1" });
  const message = `${reference} is not the image that qclock built: its name was given to another one meanwhile.`;
  await expect(createContainer(creating, rig.context())).rejects.toMatchObject({
    code: "engine-failed",
    message,
  });
  // An image has two names of its own, and either may be the one that was recorded.
  const known = { id: rig.image, identity: foreign };
  for (const names of [known, { id: foreign, identity: rig.image }]) {
    const engine = instead(rig.engine, {
      inspectImage: async (asked) => {
        const found = rig.engine.images.find(asked);
        return found === undefined ? undefined : { ...found, ...names };
      },
      inspectContainer: async () => undefined,
    });
    await expect(createContainer(creating, rig.context({ engine }))).resolves.toMatch(/^c/);
    await rig.engine.removeContainer("t-app-1");
  }
  rig.engine.images.remove(reference);
  await expect(createContainer(creating, rig.context())).rejects.toThrow(
    `Image ${reference} has left the Engine.`,
  );
  expect(rig.engine.containers.size).toBe(0);
});

test("an image whose name went to another one just before its container was made is told from it", async () => {
  await using rig = await rigOf();
  const madeFrom = async (imageId: string | undefined): Promise<unknown> => {
    const engine = instead(rig.engine, {
      inspectImage: async (asked) => {
        const found = rig.engine.images.find(asked);
        return found === undefined ? undefined : { ...found, identity: "sha256:identity" };
      },
      inspectContainer: async () =>
        imageId === undefined ? undefined : aContainerState({ imageId }),
    });
    const made = createContainer(creating, rig.context({ engine }));
    const said = await made.catch((error: unknown) => String(error));
    const { size } = rig.engine.containers;
    await rig.engine.removeContainer("t-app-1");
    return size === 1 ? "is there" : said;
  };
  expect(await madeFrom(rig.image)).toBe("is there");
  expect(await madeFrom("sha256:identity")).toBe("is there");
  expect(await madeFrom(undefined)).toBe("is there");
  expect(await madeFrom("sha256:other")).toContain("is not the image that qclock built");
});

test.each([
  [["shop/app:latest", "other:1"], "shop/app:latest"],
  [[], "sha256:app"],
])(
  "a container of another image than the one with the names %j is taken away, and told by %s",
  async (references, shown) => {
    const removed: string[] = [];
    await using rig = await rigOf();
    const engine = instead(rig.engine, {
      inspectContainer: async () => aContainerState({ imageId: "sha256:other" }),
      removeContainer: async (id) => void removed.push(id),
    });
    const { signal } = new AbortController();
    const image = { ...anImageSubject().details, references };
    await expect(refuseExchanged({ engine, signal }, "c1", image)).rejects.toThrow(
      `${shown} is not the image that qclock built`,
    );
    expect(removed).toEqual(["c1"]);
  },
);

test.each<readonly [string | undefined, string, boolean]>([
  [undefined, "", true],
  [undefined, "0", true],
  [undefined, "00:5", true],
  [undefined, "root", true],
  [undefined, "root:1", true],
  [undefined, "10:0", false],
  ["5:5", "root", false],
  ["0:5", "5:5", true],
])(
  "a service of user %o whose image has %o would run as root: %s",
  async (user, ofImage, refused) => {
    const parts = user === undefined ? {} : { user };
    await using rig = await rigOf(parts, { user: ofImage });
    const outcome = createContainer(creating, rig.context()).then(
      () => "made",
      (error: unknown) =>
        error instanceof QclockError ? `${error.code}: ${error.message}` : error,
    );
    expect(await outcome).toBe(
      refused
        ? 'build-failed: Service "app" would run as root: image "app" sets no other user.'
        : "made",
    );

    const { hardening } = aService({ name: "app" });
    await using willing = await rigOf(
      { ...parts, hardening: { ...hardening, allowRoot: true } },
      { user: ofImage.replace("root", "0").replace(/^0$/, "0:0") },
    );
    await expect(createContainer(creating, willing.context())).resolves.toMatch(/^c/);
  },
);

test("a mounted file that has become a link since the manifest was read is not mounted", async () => {
  await using folder = await temporaryFolder();
  await using elsewhere = await temporaryFolder();
  const file = path.join(folder.path, "web");
  const mount = (source: string): Mount => ({ type: "bind", source, target: "/a", readOnly: true });
  const outcomeOf = async (source: string): Promise<unknown> => {
    const volume = { type: "volume", volume: "data", target: "/data", readOnly: false } as const;
    const mounts = [volume, mount(source)];
    await using rig = await rigOf({ mounts }, { directory: folder.path });
    const made = createContainer(creating, rig.context());
    return await made.then(
      () => "mounted",
      (error: unknown) =>
        error instanceof QclockError ? `${error.code}: ${error.message}` : error,
    );
  };
  await mkdir(path.join(folder.path, "other"));
  await mkdir(file);
  expect(await outcomeOf(file)).toBe("mounted");
  expect(await outcomeOf(elsewhere.path)).toBe("mounted");

  await rm(file, { recursive: true });
  const replaced = `path-outside-project: ${file}, which is to be mounted, is not what it was when the manifest was read.`;
  expect(await outcomeOf(file)).toBe(replaced);
  await symlink("other", file);
  expect(await outcomeOf(file)).toBe(replaced);
  await rm(file);
  await symlink(elsewhere.path, file);
  expect(await outcomeOf(file)).toMatch(/^path-outside-project: web leads out of the project/);
  await rm(file);
  await symlink("web", file);
  expect(await outcomeOf(file)).toMatch(/^path-outside-project: web (?!.*is to be mounted)/);
  // A link outside of the project is somebody else's to follow.
  const link = path.join(elsewhere.path, "link");
  await symlink(folder.path, link);
  await writeFile(path.join(folder.path, "x"), "");
  expect(await outcomeOf(link)).toBe("mounted");
});

test("a container of that name is taken when it is just the one that would be made", async () => {
  await using rig = await rigOf();
  let wanted: ContainerRequest | undefined;
  const create = async (present: Partial<ContainerState> | undefined, status = 409) => {
    const engine = instead(rig.engine, {
      createContainer: async (request) => {
        wanted = request;
        return await refusing(status, "the name is taken")();
      },
      inspectContainer: async () =>
        present === undefined
          ? undefined
          : aContainerState({
              status: "created",
              imageId: rig.image,
              labels: wanted?.labels ?? new Map(),
              ...present,
            }),
    });
    const made = createContainer(creating, rig.context({ engine }));
    return await made.catch((error: unknown) => (error instanceof Error ? error.message : error));
  };
  const conflict = "Could not do it: the name is taken";
  expect(await create({})).toBe("c".repeat(12));
  expect(await create({}, 500)).toBe(conflict);
  expect(await create({ status: "running" })).toBe(conflict);
  expect(await create({ status: "exited" })).toBe(conflict);
  expect(await create(undefined)).toBe(conflict);
  for (const key of [labels.stack, labels.service, labels.configHash, labels.imageIdentity]) {
    const others = new Map([...(wanted?.labels ?? []), [key, "another"]]);
    expect(await create({ labels: others })).toBe(conflict);
  }
});

test("a service joins a network by the name that the Engine knows, with its aliases", async () => {
  await using rig = await rigOf({ networks: new Map([["edge", { aliases: ["www"] }]]) });
  const join = async (network: string, connect?: () => Promise<void>): Promise<unknown> => {
    const asked: unknown[] = [];
    const engine = instead(rig.engine, {
      connectNetwork: async (...[id, container, aliases]) => {
        await connect?.();
        asked.push(id, container, aliases);
      },
    });
    const operation = { type: "connect-network", service: "app", network } as const;
    await connectNetwork(operation, rig.context({ engine }));
    return asked;
  };
  expect(await join("edge")).toEqual(["t_edge", "t-app-1", ["www"]]);
  expect(await join("house_proxy")).toEqual(["house_proxy", "t-app-1", []]);

  const already = "endpoint with name t-app-1 already exists in network t_edge";
  expect(await join("edge", refusing(403, already))).toEqual([]);
  await expect(join("edge", refusing(403, "denied by policy"))).rejects.toThrow("denied by policy");
  await expect(join("edge", refusing(500, already))).rejects.toThrow("already exists");
});

const tcp = { hostAddress: "127.0.0.1", hostPort: 0, containerPort: 80, protocol: "tcp" } as const;
const udp = { ...tcp, containerPort: 53, protocol: "udp" } as const;
const gotTcp = { ...tcp, hostPort: 4080 };
const gotUdp = { ...udp, hostPort: 4053 };

test.each<readonly [string, Service["ports"], Partial<ContainerState> | undefined, unknown]>([
  ["nothing declared", [], { publishedPorts: [gotTcp] }, undefined],
  [
    "all published",
    [tcp, udp],
    { publishedPorts: [gotTcp, gotUdp] },
    "127.0.0.1:4080 -> 80, 127.0.0.1:4053 -> 53",
  ],
  ["ended already", [tcp], { status: "exited", publishedPorts: [] }, undefined],
  ["gone already", [tcp], undefined, undefined],
  [
    "one not published",
    [tcp, udp],
    { publishedPorts: [gotTcp] },
    'Port 53/udp of service "app" is declared, but the Engine did not publish it.',
  ],
  [
    "another one published",
    [tcp],
    { publishedPorts: [{ ...gotTcp, containerPort: 81 }] },
    'Port 80/tcp of service "app" is declared, but the Engine did not publish it.',
  ],
  [
    "published by another protocol",
    [tcp],
    { publishedPorts: [{ ...gotTcp, protocol: "udp" }] },
    'Port 80/tcp of service "app" is declared, but the Engine did not publish it.',
  ],
])("the ports of a service that was started: %s", async (_, ports, state, said) => {
  await using rig = await rigOf({ ports });
  await createContainer(creating, rig.context());
  const engine = instead(rig.engine, {
    inspectContainer: async () => (state === undefined ? undefined : aContainerState(state)),
  });
  const context = rig.context({ engine });
  const outcome = await startContainer(starting, context).catch((error: Error) => error.message);
  expect(outcome).toBe(said);
  expect([...context.started]).toEqual(["t-app-1"]);
  expect(rig.engine.calls.at(-1)).toBe("start t-app-1");
});

test("a container that could not have its port is taken away, since it would keep the others", async () => {
  const start = async (code: "port-in-use" | "engine-failed"): Promise<number> => {
    await using rig = await rigOf();
    await createContainer(creating, rig.context());
    const engine = instead(rig.engine, {
      startContainer: async () => Promise.reject(new QclockError(code, "no start")),
    });
    await expect(startContainer(starting, rig.context({ engine }))).rejects.toMatchObject({ code });
    return rig.engine.containers.size;
  };
  expect(await start("port-in-use")).toBe(0);
  expect(await start("engine-failed")).toBe(1);
});

test("a service that ignores its stop signal is told with what it cost", async () => {
  const stop = async (tookMs: number, exitCode: number | undefined) => {
    await using rig = await rigOf();
    rig.clock.advance(50_000);
    const engine = instead(rig.engine, {
      stopContainer: async () => rig.clock.advance(tookMs),
      inspectContainer: async () =>
        exitCode === undefined ? undefined : aContainerState({ exitCode }),
    });
    const operation = {
      type: "stop-container",
      id: "c1",
      name: "t-app-1",
      gracePeriodMs: 2000,
    } as const;
    const note = await stopContainer(operation, rig.context({ engine }));
    return { note, events: rig.events };
  };
  expect(await stop(1999, 137)).toEqual({ note: undefined, events: [] });
  expect(await stop(2000, 143)).toEqual({ note: undefined, events: [] });
  expect(await stop(2000, undefined)).toEqual({ note: undefined, events: [] });
  expect(await stop(2000, 137)).toEqual({
    note: "killed",
    events: [
      {
        type: "notice",
        level: "warning",
        message:
          "t-app-1 took its whole 2.0 s to stop and was killed (137): it ignores its stop signal.",
        hint: "Let the program handle SIGTERM, or set `stop_signal` to the one it handles.",
      },
    ],
  });
});

test("what is gone already needs neither stopping nor removing", async () => {
  await using rig = await rigOf();
  const taking = (status: number) =>
    rig.context({
      engine: instead(rig.engine, {
        stopContainer: refusing(status),
        removeContainer: refusing(status),
      }),
    });
  const stopping = { type: "stop-container", id: "c1", name: "t-app-1", gracePeriodMs: 1 } as const;
  const removing = { type: "remove-container", id: "c1", name: "t-app-1" } as const;
  expect(await stopContainer(stopping, taking(404))).toBe("already gone");
  await expect(stopContainer(stopping, taking(500))).rejects.toThrow("refused");
  expect(await removeContainer(removing, taking(404))).toBeUndefined();
  await expect(removeContainer(removing, taking(500))).rejects.toThrow("refused");
});
