import { expect, test } from "vitest";
import { userOf } from "../../../../src/run/services/user.ts";
import type { AssembledImage, Image } from "../../../../src/stack/stack.ts";
import { aService } from "../../../support/a-service.ts";
import { aDockerfileImage, anImage, aStack } from "../../../support/builders.ts";
import { memoryEngine } from "../../../support/memory-engine.ts";

const passwd = [
  "root:x:0:0:root:/root:/bin/sh",
  "daemon:x:1:2:daemon:/:/bin/false",
  "app:x:1000:1001::/:/bin/false",
  "app:x:3000:3001::/:/bin/false",
  "",
].join("\n");
const group = ["root:x:0:", "web:x:33:app", ""].join("\n");
const files = { "etc/passwd": passwd, "etc/group": group };

/** Who a service of an image with accounts runs as, and whether its files were looked into. */
async function ownerOf(
  user: string | undefined,
  image: Image = anImage("app"),
  has: Readonly<Record<string, string>> = files,
) {
  const engine = memoryEngine();
  engine.images.add("qclock.invalid/t/app:latest", { user: "web-user", files: has });
  const service = aService({ name: "app", ...(user === undefined ? {} : { user }) });
  const images = [anImage("base", { config: configOf("1:2") }), anImage("middle"), image];
  const { signal } = new AbortController();
  const owner = await userOf(aStack({ images, services: [service] }), service, engine, signal);
  const { calls } = engine;
  return {
    ...owner,
    looked: calls.some((call) => call.startsWith("create container qclock-read")),
  };
}

function configOf(user: string): AssembledImage["config"] {
  return { ...anImage("any").config, user };
}

test.each<readonly [string, number, number, boolean]>([
  ["", 0, 0, false],
  ["12:34", 12, 34, false],
  ["12", 12, 0, true],
  ["1", 1, 2, true],
  ["app", 1000, 1001, true],
  ["app:web", 1000, 33, true],
  ["app:7", 1000, 7, true],
  ["app:", 1000, 1001, true],
  ["12:web", 12, 33, true],
  ["root", 0, 0, true],
])("a service of user %o runs as %i:%i", async (user, uid, gid, looked) => {
  expect(await ownerOf(user)).toEqual({ uid, gid, looked });
});

test("an account that the image lacks is told with where to declare it", async () => {
  await expect(ownerOf("nobody")).rejects.toMatchObject({
    code: "engine-failed",
    message: 'Service "app" runs as user "nobody", which image "app" does not have.',
    hint: "Declare it under `accounts` of the image, or give `user` in numbers.",
  });
  await expect(ownerOf("app:nobody")).rejects.toThrow('as group "nobody"');
  await expect(ownerOf("app", anImage("app"), {})).rejects.toThrow('as user "app"');
  expect(await ownerOf("12", anImage("app"), {})).toMatchObject({ uid: 12, gid: 0 });
});

test("a service that says nothing runs as its image does, or as what that stands on", async () => {
  const own = anImage("app", { parent: "base", config: configOf("5:6") });
  expect(await ownerOf(undefined, own)).toMatchObject({ uid: 5, gid: 6 });
  const inherited = anImage("app", { parent: "base" });
  expect(await ownerOf(undefined, inherited)).toEqual({ uid: 1, gid: 2, looked: false });
  // Only the Engine knows it of an image that qclock does not assemble.
  const accounts = { "etc/passwd": "web-user:x:8:9::/:", "etc/group": "" };
  expect(await ownerOf(undefined, aDockerfileImage("app"), accounts)).toMatchObject({
    uid: 8,
    gid: 9,
  });
  const silent = anImage("app", { parent: "middle" });
  expect(await ownerOf(undefined, silent, accounts)).toMatchObject({ uid: 8, gid: 9 });
});
