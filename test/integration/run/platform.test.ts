import { expect, test } from "vitest";
import type { Engine } from "../../../src/docker/engine.ts";
import type { Architecture } from "../../../src/os.ts";
import { build } from "../../../src/run/build.ts";
import { loadBundle } from "../../../src/run/bundle/load.ts";
import { prepareBundle } from "../../../src/run/bundle/save.ts";
import type { RunContext } from "../../../src/run/context.ts";
import { planStack } from "../../../src/run/plan-stack.ts";
import { up } from "../../../src/run/up.ts";
import type { Stack } from "../../../src/stack/stack.ts";
import { verifyStack } from "../../../src/verify/verify.ts";
import { anImage } from "../../support/builders.ts";
import { aLoadContext, inPieces, loadOptions } from "../../support/bundles.ts";
import { createTestStack, type TestStack } from "../../support/runtime.ts";
import { temporaryStore } from "../../support/temporary-store.ts";

/** Another machine than this one. */
const other: Architecture = process.arch === "arm64" ? "amd64" : "arm64";

test("a build for other machines is in the store, and nothing of it in the Engine", async () => {
  await using rig = await createTestStack();
  const context = rig.context(foreignStack(rig));

  const first = await build(context, {});
  expect(first.nodes.map(({ node }) => node.id)).toEqual(["assemble:tools"]);
  expect(first.stored).toMatchObject([
    { name: "tools", config: expect.stringMatching(/^sha256:/) },
  ]);
  await expect(rig.labelled()).resolves.toEqual([]);

  const second = await build(context, {});
  expect(second.nodes).toEqual([]);
  expect(second.stored).toEqual(first.stored);
  expect(rig.events).toContainEqual(
    expect.objectContaining({
      type: "notice",
      message: expect.stringContaining(`images for linux/${other} stay in the store`),
    }),
  );

  const native = await build(rig.context(rig.stack({ services: [] })), {});
  expect(native.nodes.map(({ node }) => node.id)).toEqual(["assemble:tools", "load:tools"]);
  const held = await rig.engine.inspectImage(`qclock.invalid/${rig.name}/tools:latest`);
  expect(held?.architecture).not.toBe(other);
  expect([first.stored?.[0]?.config, first.stored?.[0]?.manifest]).not.toContain(held?.id);
});

test("up for other machines is refused before the lock is written or a mirror is asked", async () => {
  await using rig = await createTestStack();
  const stack = foreignStack(rig);
  const images = new Map(stack.images).set("web", anImage("web", { packages: ["busybox"] }));
  const done: string[] = [];
  const context = rig.context(
    { ...stack, images },
    {
      isPlatformNamed: true,
      lock: undefined,
      lockMode: "use",
      writeLock: async () => void done.push("lock"),
      mirrors: async () => {
        done.push("mirror");
        throw new Error("this test has no mirror");
      },
    },
  );

  await expect(up(context, {})).rejects.toMatchObject({ code: "engine-platform" });
  await expect(planStack(context, {}, { lockUse: "foresee" })).rejects.toMatchObject({
    code: "engine-platform",
  });
  expect(done).toEqual([]);
  await expect(rig.labelled()).resolves.toEqual([]);
});

test("a bundle for other machines needs no Engine, is refused by this one, and builds on one of its kind", async () => {
  await using rig = await createTestStack();
  await using temporary = await temporaryStore();
  const context = rig.context(foreignStack(rig));
  const bundle = await savedImages({
    ...context,
    engine: async () => Promise.reject(new Error("nobody asks an Engine")),
  });
  const loading = { ...aLoadContext(temporary), engine: async () => rig.engine };
  const options = loadOptions({ keys: [] }, { images: true });

  await expect(loadBundle(loading, inPieces(bundle), options)).rejects.toMatchObject({
    code: "engine-platform",
    message: expect.stringMatching(`b.bundle holds images for linux/${other}, and the Engine runs`),
  });
  await expect(rig.labelled()).resolves.toEqual([]);

  const there = async (): Promise<Engine> => pretending(rig.engine, other);
  const { images } = await loadBundle({ ...loading, engine: there }, inPieces(bundle), options);
  const held = await rig.engine.inspectImage(images[0] ?? "");
  expect(held?.raw).toMatchObject({
    Architecture: other,
    Os: "linux",
    ...(other === "arm64" ? { Variant: "v8" } : {}),
  });

  const elsewhere: RunContext = { ...context, store: temporary.store, engine: there };
  const { plan } = await planStack(elsewhere, {});
  expect(plan.nodes.map(({ id }) => id)).toEqual(["assemble:tools", "load:tools"]);
  const report = await build(elsewhere, {});
  expect(report).toMatchObject({ status: "succeeded" });
  expect(report).not.toHaveProperty("stored");
  const again = await planStack(elsewhere, {});
  expect(again.plan).toMatchObject({
    nodes: [],
    unchanged: [{ kind: "image", name: "tools", reason: "up to date" }],
  });
});

test("of images for other machines verify judges the rebuilt ones alone", async () => {
  await using rig = await createTestStack();
  const context = rig.context(foreignStack(rig));
  const options = { strict: false, rebuild: false, learnSecret: () => undefined };

  await expect(verifyStack(context, options)).rejects.toMatchObject({ code: "engine-platform" });
  await expect(verifyStack(context, { ...options, only: ["IMG-001"] })).rejects.toMatchObject({
    code: "engine-platform",
  });

  // The Engine's own image of that name is not what they are compared with.
  await build(rig.context(rig.stack({ services: [] })), {});
  const { report } = await verifyStack(context, { ...options, rebuild: true });
  expect(report.results.map(({ check, verdict }) => [check.id, verdict.status])).toEqual([
    ["IMG-024", "passed"],
  ]);
});

function foreignStack(rig: TestStack): Stack {
  return { ...rig.stack({ services: [] }), architecture: other };
}

/** The same Engine on a machine of another kind, as far as it tells. */
function pretending(engine: Engine, architecture: Architecture): Engine {
  return {
    ...engine,
    info: async (signal) => ({ ...(await engine.info(signal)), architecture }),
    observe: async (request, signal) => {
      const observed = await engine.observe(request, signal);
      return { ...observed, engine: { ...observed.engine, architecture } };
    },
  };
}

async function savedImages(context: RunContext): Promise<Buffer> {
  const { content } = await prepareBundle(context, {
    images: true,
    manifest: false,
    allTargets: false,
    mirrorsOf: context.mirrors,
  });
  const pieces: Uint8Array[] = [];
  for await (const piece of content()) pieces.push(Uint8Array.from(piece));
  return Buffer.concat(pieces);
}
