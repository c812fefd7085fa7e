import { expect, test } from "vitest";
import { Engine } from "../../../../stacks/qrcode/images/broker/rootfs/usr/local/lib/qrcode-broker/engine.mjs";
import {
  runJob,
  sweep,
} from "../../../../stacks/qrcode/images/broker/rootfs/usr/local/lib/qrcode-broker/run-job.mjs";
import {
  type FakeEngine,
  type FakeWorker,
  imageId,
  picture,
  startFakeEngine,
  workerId,
} from "../../../support/broker.ts";

const settings = {
  stack: "shop",
  workerImage: "qclock.invalid/shop/worker:latest",
  deadlineMs: 10_000,
};

function run(
  engine: FakeEngine,
  { text = "hello", deadlineMs = 10_000, signal = new AbortController().signal } = {},
): Promise<Buffer> {
  return runJob(
    new Engine(engine.socketPath),
    { ...settings, deadlineMs },
    Buffer.from(text),
    signal,
  );
}

test("a job is these five requests, and the whole of what is made is fixed", async () => {
  const seen: string[] = [];
  await using engine = await startFakeEngine({
    write: (text) => {
      seen.push(text.toString("utf8"));
      return picture;
    },
  });

  expect(await run(engine, { text: '","Privileged":true' })).toEqual(picture);
  expect(seen).toEqual(['","Privileged":true']);
  expect(engine.requests).toEqual([
    "GET /images/qclock.invalid/shop/worker:latest/json",
    "POST /containers/create",
    `POST /containers/${workerId}/attach?stream=1&stdin=1&stdout=1&stderr=1`,
    `POST /containers/${workerId}/wait?condition=removed`,
    `POST /containers/${workerId}/start`,
  ]);
  expect(engine.bodies).toEqual([
    {
      Image: imageId,
      User: "10030:10030",
      Labels: { "qrcode.worker": "shop" },
      AttachStdin: true,
      AttachStdout: true,
      AttachStderr: true,
      OpenStdin: true,
      StdinOnce: true,
      Tty: false,
      NetworkDisabled: true,
      HostConfig: {
        AutoRemove: true,
        NetworkMode: "none",
        ReadonlyRootfs: true,
        CapDrop: ["ALL"],
        SecurityOpt: ["no-new-privileges:true"],
        Memory: 134_217_728,
        MemorySwap: 134_217_728,
        NanoCpus: 1_000_000_000,
        PidsLimit: 16,
        Ulimits: [
          { Name: "core", Soft: 0, Hard: 0 },
          { Name: "nofile", Soft: 64, Hard: 64 },
        ],
        LogConfig: { Type: "none", Config: {} },
        RestartPolicy: { Name: "no" },
      },
    },
  ]);
  expect(engine.isLeft).toBe(false);
});

test.each<[string, FakeWorker, string]>([
  ["ends with an error", { exitCode: 1, stderr: "no input\nx" }, "ended with 1: no input"],
  ["reaches its memory limit", { exitCode: 137 }, "memory limit"],
  ["writes no picture", { write: () => Buffer.from("hello, you") }, "no picture"],
  ["writes half a picture", { write: () => picture.subarray(0, -3) }, "no picture"],
  ["writes too much", { write: () => Buffer.alloc(2 ** 20) }, "more than a picture"],
  ["has no image", { fails: { image: 404 } }, "404 to GET /images"],
  ["cannot be made", { fails: { create: 500 } }, "500 to POST /containers/create: no create"],
  ["cannot be attached to", { fails: { attach: 500 } }, "attach"],
  ["cannot be waited for", { fails: { wait: 500 } }, "wait"],
  ["cannot be started", { fails: { start: 500 } }, "start: no start"],
])("a worker that %s is a failure, and is not left", async (_, worker, message) => {
  await using engine = await startFakeEngine(worker);

  await expect(run(engine)).rejects.toMatchObject({
    reason: "failed",
    message: expect.stringContaining(message),
  });
  expect(engine.isLeft).toBe(false);
});

test("a worker that hangs is removed after the deadline", async () => {
  await using engine = await startFakeEngine({ write: () => undefined });

  await expect(run(engine, { deadlineMs: 200 })).rejects.toMatchObject({ reason: "timed_out" });
  expect(engine.requests.at(-1)).toBe(`DELETE /containers/${workerId}?force=1&v=1`);
  expect(engine.isLeft).toBe(false);
});

test("the worker of a client that goes away is removed", async () => {
  const gone = new AbortController();
  await using engine = await startFakeEngine({
    write: () => {
      gone.abort();
      return undefined;
    },
  });

  await expect(run(engine, { signal: gone.signal })).rejects.toMatchObject({ reason: "abandoned" });
  expect(engine.isLeft).toBe(false);
});

test("workers that were left are found by their label alone, and removed", async () => {
  const left = ["c".repeat(64), "d".repeat(64)];
  await using engine = await startFakeEngine({ left });

  expect(await sweep(new Engine(engine.socketPath), "shop")).toBe(2);
  expect(engine.requests).toEqual([
    'GET /containers/json?all=1&filters={"label":["qrcode.worker=shop"]}',
    ...left.map((id) => `DELETE /containers/${id}?force=1&v=1`),
  ]);
});

test("an id that is none never becomes a path", async () => {
  await using engine = await startFakeEngine({ left: ["../images/x"] });

  await expect(sweep(new Engine(engine.socketPath), "shop")).rejects.toThrow("no id");
  expect(engine.requests).toHaveLength(1);
});
