import { expect, test } from "vitest";
import { readImageFiles } from "../../../../src/run/images/image-files.ts";
import { labels } from "../../../../src/stack/labels.ts";
import { memoryEngine } from "../../../support/memory-engine.ts";
import { instead, refusing } from "../../../support/operation-rig.ts";

const { signal } = new AbortController();
const reference = "qclock.invalid/t/app:latest";
const request = { stackName: "t", paths: ["/etc/passwd", "/etc/group", "/etc/os-release"], signal };

test("files are read through a container that is never started and does not stay", async () => {
  const engine = memoryEngine();
  engine.images.add(reference, { files: { "etc/passwd": "root:x:0:0", "etc/os-release": "" } });
  const seen: unknown[] = [];
  const watched = instead(engine, {
    async getArchive(id, ...rest) {
      const { request: made, status } = engine.containers.get(id) ?? {};
      if (seen.length === 0) seen.push(status, made?.name, Object.fromEntries(made?.labels ?? []));
      return await engine.getArchive(id, ...rest);
    },
  });
  expect(await readImageFiles(watched, reference, request)).toEqual(
    new Map([
      ["/etc/passwd", "root:x:0:0"],
      ["/etc/os-release", ""],
    ]),
  );
  expect(seen).toEqual([
    "created",
    expect.stringMatching(/^qclock-read-[0-9a-f]{12}$/),
    expect.objectContaining({ [labels.stack]: "t", [labels.role]: "helper" }),
  ]);
  expect(engine.containers.size).toBe(0);
});

test("the container that files are read through may do nothing, should anybody start it", async () => {
  const engine = memoryEngine();
  engine.images.add(reference, { files: { "etc/passwd": "root:x:0:0" } });
  const made: unknown[] = [];
  const watched = instead(engine, {
    async createContainer(asked) {
      made.push(asked);
      return await engine.createContainer(asked);
    },
  });
  await readImageFiles(watched, reference, request);
  expect(made).toEqual([
    expect.objectContaining({
      ports: [],
      mounts: [],
      readOnlyRoot: true,
      dropCapabilities: ["ALL"],
      addCapabilities: [],
      noNewPrivileges: true,
      init: false,
      restart: { type: "no" },
    }),
  ]);
});

test("of a file in an image sixteen mebibytes are read, and no more", async () => {
  const engine = memoryEngine();
  const most = 16 * 1024 ** 2;
  const files = { "etc/passwd": "x".repeat(most), "etc/group": "x".repeat(most + 1) };
  engine.images.add(reference, { files });
  const read = await readImageFiles(engine, reference, request);
  expect([...read.values()].map(({ length }) => length)).toEqual([most, most]);
});

test("what the Engine cannot tell is a failure, and no absence", async () => {
  const engine = memoryEngine();
  engine.images.add(reference);
  const broken = instead(engine, { getArchive: refusing(500) });
  await expect(readImageFiles(broken, reference, request)).rejects.toThrow("refused");
  expect(engine.containers.size).toBe(0);
  expect(await readImageFiles(engine, reference, request)).toEqual(new Map());
});
