import { expect, test } from "vitest";
import { lockPackages } from "../../../src/packages/lock/lock-packages.ts";
import { createTestKey, startFakeMirror } from "../../support/fake-mirror.ts";
import { temporaryStore } from "../../support/temporary-store.ts";
import { aLockRequest, aPackageStack } from "../../support/lock-request.ts";

const packages = [{ name: "a" }];
const stack = aPackageStack({ base: ["a"] });

test("a release that is older than the last one seen is refused, and one as old is not", async () => {
  await using mirror = await startFakeMirror(packages);
  await using temporary = await temporaryStore();
  const lock = async (date: string): Promise<unknown> => {
    await mirror.publish({ packages, date: new Date(date) });
    return await lockPackages(aLockRequest({ mirror, ...temporary, stack }));
  };

  await lock("2026-02-02");
  await lock("2026-02-02");

  await expect(lock("2026-02-01")).rejects.toMatchObject({
    code: "signature-invalid",
    message: expect.stringMatching(/is of 2026-02-01.*older than the one of 2026-02-02/),
    hint: expect.stringContaining("holds back updates"),
  });
  // What was refused is not what is compared with from now on.
  await lock("2026-02-03");
  await expect(lock("2026-02-02")).rejects.toMatchObject({ code: "signature-invalid" });
});

test.for([
  [30, [expect.stringMatching(/runs out on .*, in 29 days\. A newer qclock/)]],
  [400, []],
] as const)("a key that runs out in %i days is told of in time", async ([days, told]) => {
  const now = new Date("2026-01-01T00:00:00Z");
  const key = await createTestKey(
    Math.floor((+now - Date.UTC(2020, 0, 1)) / 1000) + days * 86_400 - 1,
  );
  await using mirror = await startFakeMirror([]);
  await using temporary = await temporaryStore();
  await mirror.publish({ packages, key, signedAt: new Date("2025-12-31") });
  const notices: string[] = [];
  const onNotice = (message: string): void => void notices.push(message);

  await lockPackages(
    aLockRequest({ mirror, ...temporary, stack, keys: [key.pinned], now, onNotice }),
  );

  expect([...new Set(notices.map((text) => text.replace(/signs \S+/, "signs")))]).toEqual(told);
});

test("an index that becomes more than its release says is given up at once", async () => {
  await using mirror = await startFakeMirror(packages);
  await using temporary = await temporaryStore();
  await mirror.publish({ packages, unpackedBytes: 100 });

  await expect(lockPackages(aLockRequest({ mirror, ...temporary, stack }))).rejects.toMatchObject({
    code: "package-corrupt",
    message: expect.stringMatching(
      /index of bookworm .*: it is larger than 100 bytes when unpacked/,
    ),
  });
});
