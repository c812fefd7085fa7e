import { expect, test } from "vitest";
import { lockPackages } from "../../../../src/packages/lock/lock-packages.ts";
import { startFakeMirror } from "../../../support/fake-mirror.ts";
import { aLockRequest, aPackageStack } from "../../../support/lock-request.ts";
import { temporaryStore } from "../../../support/temporary-store.ts";

test("an image that asks for the essential packages alone gets them", async () => {
  await using temporary = await temporaryStore();
  await using mirror = await startFakeMirror([
    { name: "bash", fields: { Essential: "yes" } },
    { name: "nginx" },
  ]);
  const plain = aPackageStack({ app: [] });
  const app = plain.images.get("app");
  if (app?.type !== "assembled") throw new Error("the stack has no image");
  const stack = { ...plain, images: new Map([["app", { ...app, essential: true }]]) };

  const { target } = await lockPackages(aLockRequest({ mirror, store: temporary.store, stack }));

  expect(target.images.get("app")?.packages).toMatchObject([
    { name: "bash", reasons: [{ type: "essential" }] },
  ]);
});
