import { expect, test } from "vitest";
import { formatLock } from "../../../../src/packages/lock/file.ts";
import type { Lock } from "../../../../src/packages/package.ts";
import {
  isSameLock,
  putLock,
  readBundledLock,
  refuseOtherLock,
} from "../../../../src/run/bundle/lock.ts";
import { aDigest, aLock, aLockedImage, aLockTarget } from "../../../support/a-lock.ts";

/** A lock of two images, whose packages layers are as given. */
function lockOf(
  layers: Readonly<Record<"base" | "app", string | undefined>>,
  line = "bash 5.2",
): Lock {
  const image = (text: string | undefined) =>
    aLockedImage([line], text === undefined ? {} : { packagesLayer: aDigest(text) });
  return aLock(aLockTarget({ base: image(layers.base), app: image(layers.app) }));
}

const bare = lockOf({ base: undefined, app: undefined });
const built = lockOf({ base: "1", app: "2" });
const other = lockOf({ base: undefined, app: undefined }, "bash 5.3");

test("a lock that one build went further with is the same lock", () => {
  expect(isSameLock(bare, bare)).toBe(true);
  expect(isSameLock(bare, built)).toBe(true);
  expect(isSameLock(built, bare)).toBe(true);
  expect(isSameLock(lockOf({ base: "1", app: undefined }), built)).toBe(true);
  expect(isSameLock(lockOf({ base: "1", app: "3" }), built)).toBe(false);
  expect(isSameLock(bare, other)).toBe(false);
});

test("a lock that says something else is replaced only by force", () => {
  const options = { file: "stack.lock.yaml", force: false };
  expect(() => refuseOtherLock(bare, other, options)).toThrow(
    expect.objectContaining({
      code: "would-lose-data",
      message: "stack.lock.yaml is here and is another lock than the bundle's.",
    }),
  );
  refuseOtherLock(bare, other, { ...options, force: true });
  refuseOtherLock(undefined, other, options);
  refuseOtherLock(bare, built, options);
});

test("the lock that was here is kept beside the one that takes its place", async () => {
  const put = async (here: Lock | undefined) => {
    const calls: string[] = [];
    const outcome = await putLock(
      {
        name: "stack.lock.yaml",
        read: async () => here,
        write: async (lock) => void calls.push(lock === built ? "write" : "write another"),
        keepCopy: async () => {
          calls.push("copy");
          return "stack.lock.yaml.1";
        },
      },
      here,
      built,
    );
    return { ...outcome, calls };
  };
  expect(await put(undefined)).toEqual({ outcome: "written", calls: ["write"] });
  expect(await put(bare)).toEqual({ outcome: "unchanged", calls: [] });
  expect(await put(other)).toEqual({
    outcome: "replaced",
    copy: "stack.lock.yaml.1",
    calls: ["copy", "write"],
  });
});

test("a bundle's lock is read whole, whatever its pieces, and what cannot be read is said", async () => {
  const text = formatLock(built);
  expect(formatLock(await readBundledLock(piecesOf(text), "shop.tar"))).toBe(text);
  await expect(readBundledLock(piecesOf("version: 99\n"), "shop.tar")).rejects.toMatchObject({
    code: "bundle-invalid",
    message: expect.stringMatching(/shop\.tar.*its lock cannot be read: .*[^.]\.$/),
  });
});

test("a lock that would fill the memory is not read to its end", async () => {
  const mebibyte = Buffer.alloc(1024 * 1024);
  let read = 0;
  const endless = async function* (count: number, rest: number) {
    for (read = 0; read < count; read++) yield mebibyte;
    yield Buffer.alloc(rest);
  };
  await expect(readBundledLock(endless(1000, 0), "shop.tar")).rejects.toThrow(
    "its lock is too large",
  );
  expect(read).toBe(64);
  await expect(readBundledLock(endless(64, 1), "shop.tar")).rejects.toThrow("too large");
});

/** A text, cut in its middle. */
async function* piecesOf(text: string): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  const shared = Buffer.alloc(Math.ceil(bytes.length / 2));
  // One buffer for each piece, as a reader of files has it.
  for (let at = 0; at < bytes.length; at += shared.length) {
    const length = bytes.copy(shared, 0, at);
    yield shared.subarray(0, length);
  }
}
