import { expect, test } from "vitest";
import { createStyle } from "../../../../src/reporters/format/style.ts";
import { formatImageIds, formatImages } from "../../../../src/reporters/lists/images.ts";
import { listImages, type ImageRow } from "../../../../src/run/services/list-images.ts";
import { up } from "../../../../src/run/up.ts";
import { aMemoryService, appAndDb, openMemoryStack } from "../../../support/memory-stack.ts";

test("the images are those that containers were made from, not those that bear the name today", async () => {
  await using memory = await openMemoryStack();
  const context = memory.rig.context(memory.rig.stack(appAndDb()));
  await up(context, {});
  const reference = context.stack.images.get("tools")?.reference ?? "";
  const made = memory.engine.images.find(reference);

  const before = await listImages(context, { services: [], all: false });
  expect(before).toMatchObject([
    { image: "tools", container: "shop-db-1", tag: "latest", id: made?.id },
    { image: "tools", container: "shop-app-1", tag: "latest", id: made?.id },
  ]);
  expect(before.map(({ name }) => `${name}:latest`)).toEqual([reference, reference]);

  const newer = memory.engine.images.add(reference, { user: "10002:10002" });
  const after = await listImages(context, { services: [], all: true });
  expect(
    after.map(({ id, name, container }) => ({ id, isNamed: name !== undefined, container })),
  ).toEqual([
    { id: made?.id, isNamed: false, container: "shop-db-1" },
    { id: made?.id, isNamed: false, container: "shop-app-1" },
    { id: newer, isNamed: true, container: undefined },
  ]);
});

test("of named services alone, and nothing of one that has no container", async () => {
  await using memory = await openMemoryStack();
  const { services, ...rest } = appAndDb();
  await up(memory.rig.context(memory.rig.stack({ ...rest, services })), {});
  const mail = aMemoryService("mail");
  const context = memory.rig.context(memory.rig.stack({ ...rest, services: [...services, mail] }));
  const app = context.stack.services.get("app");

  const named = await listImages(context, { services: app === undefined ? [] : [app], all: false });
  expect(named.map(({ container }) => container)).toEqual(["shop-app-1"]);
  await expect(listImages(context, { services: [mail], all: false })).resolves.toEqual([]);
});

test("images are a table, and each id is printed once", () => {
  const row: ImageRow = {
    image: "app",
    container: "shop-app-1",
    name: "qclock.invalid/shop/app",
    tag: "latest",
    id: `sha256:${"0123456789ab".padEnd(64, "0")}`,
    sizeBytes: 92_000_000,
    platform: "linux/arm64/v8",
  };
  const nameless: ImageRow = { image: "b", id: `sha256:${"f".repeat(64)}`, sizeBytes: 12 };
  const style = createStyle({ color: false });
  expect(formatImages([row, nameless], { style, columns: undefined })).toMatchInlineSnapshot(`
    "CONTAINER    NAME                      TAG      ID              SIZE   PLATFORM
    shop-app-1   qclock.invalid/shop/app   latest   0123456789ab   92 MB   linux/arm64/v8
    -            -                         -        ffffffffffff    12 B   -"
  `);
  expect(formatImageIds([row, row, nameless])).toEqual([row.id.slice(7), "f".repeat(64)]);
  expect(formatImageIds([{ ...row, id: "sha256:\u001B[2J" }])).toEqual(["?[2J"]);
});
