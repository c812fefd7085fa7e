import { rm } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { build } from "../../../src/run/build.ts";
import { planStack } from "../../../src/run/plan-stack.ts";
import { up } from "../../../src/run/up.ts";
import { engineApi } from "../../support/engine-api.ts";
import {
  aShellService,
  createTestStack,
  resetStack,
  type TestStack,
} from "../../support/runtime.ts";

function oneService(rig: TestStack) {
  return rig.stack({ services: [aShellService(rig.name, "app")] });
}

/**
 * What `docker build` with `FROM` our image gives: all of its labels, another layer, and the given
 * name.
 */
async function buildOnOurs(rig: TestStack, name: string): Promise<string> {
  const reference = `qclock.invalid/${rig.name}/tools:latest`;
  const container = `${rig.name}-build-on-ours`;
  await engineApi("POST", `/containers/create?name=${container}`, {
    Image: reference,
    Cmd: ["/bin/touch", "/data/theirs"],
    User: "0",
  });
  await engineApi("POST", `/containers/${container}/start`);
  await engineApi("POST", `/containers/${container}/wait`);
  const [repo, tag] = name.split(/:(?=[^:]*$)/);
  await engineApi("POST", `/commit?container=${container}&repo=${repo}&tag=${tag}`, {});
  await engineApi("DELETE", `/containers/${container}`);
  return (await rig.engine.inspectImage(name))?.id ?? "";
}

async function planned(rig: TestStack): Promise<readonly string[]> {
  const { plan } = await planStack(rig.context(oneService(rig)), {});
  return plan.nodes.map(({ id, cause }) => `${id}, ${cause}`);
}

test("an image built on ours and given our name is not deployed, and not lost", async () => {
  await using rig = await createTestStack();
  const reference = `qclock.invalid/${rig.name}/tools:latest`;
  await up(rig.context(oneService(rig)), {});
  const ours = (await rig.engine.inspectImage(reference))?.id;
  const before = await rig.containerIds();
  const theirs = await buildOnOurs(rig, reference);
  try {
    expect((await rig.engine.inspectImage(reference))?.id).toBe(theirs);
    expect(theirs).not.toBe(ours);

    expect(await planned(rig)).toEqual([
      "assemble:tools, it is not the image that qclock built",
      "load:tools, assembled",
    ]);
    expect((await build(rig.context(oneService(rig)), {})).status).toBe("succeeded");
    expect((await rig.engine.inspectImage(reference))?.id).toBe(ours);
    expect(await planned(rig)).toEqual([]);
    expect(await rig.containerIds()).toEqual(before);
    expect(await rig.engine.inspectImage(theirs)).toMatchObject({ references: [] });
  } finally {
    await engineApi("DELETE", `/images/${theirs}?force=1`);
  }
});

test("an image that somebody built on ours and named survives up and reset with images", async () => {
  await using rig = await createTestStack();
  await up(rig.context(oneService(rig)), {});
  const mine = `mine.invalid/${rig.name}:1`;
  const id = await buildOnOurs(rig, mine);
  try {
    expect(await planned(rig)).toEqual([]);
    await resetStack(rig.context(oneService(rig)));
    expect(await rig.engine.inspectImage(mine)).toMatchObject({ id });
    expect(
      await rig.engine.inspectImage(`qclock.invalid/${rig.name}/tools:latest`),
    ).toBeUndefined();
  } finally {
    await engineApi("DELETE", `/images/${mine}?force=1`);
  }
});

test("without the store a container's record vouches for its image; without both it is built again, to the same", async () => {
  await using rig = await createTestStack();
  const context = rig.context(oneService(rig));
  const reference = `qclock.invalid/${rig.name}/tools:latest`;
  await up(context, {});
  const [image, before] = [await rig.engine.inspectImage(reference), await rig.containerIds()];
  const forget = () => rm(path.join(context.store.directory, "notes"), { recursive: true });

  await forget();
  expect(await planned(rig)).toEqual([]);
  await engineApi("DELETE", `/containers/${before["app"]}?force=1`);
  expect((await planned(rig))[0]).toBe("assemble:tools, nothing here records that qclock built it");
  expect((await up(context, {})).status).toBe("succeeded");
  expect((await rig.engine.inspectImage(reference))?.id).toBe(image?.id);
  expect(await planned(rig)).toEqual([]);
});
