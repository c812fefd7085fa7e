import { expect, test } from "vitest";
import { Queue } from "../../../../stacks/qrcode/images/broker/rootfs/usr/local/lib/qrcode-broker/queue.mjs";

const never = new AbortController().signal;

/** Jobs that end when they are told to, and the order in which they began. */
function someJobs(): {
  readonly began: number[];
  readonly job: (number: number) => () => Promise<number>;
  readonly end: (number: number) => void;
} {
  const began: number[] = [];
  const ends = new Map<number, () => void>();
  return {
    began,
    job: (number) => () => {
      began.push(number);
      return new Promise((resolve) => ends.set(number, () => resolve(number)));
    },
    end: (number) => ends.get(number)?.(),
  };
}

test("so many run, so many wait in order, and the next is turned away at once", async () => {
  const queue = new Queue({ workers: 2, queue: 2 });
  const { began, job, end } = someJobs();
  const turns = [1, 2, 3, 4].map((number) => queue.run(never, job(number)));

  expect(queue.run(never, job(5))).toBeUndefined();
  expect({ running: queue.running, waiting: queue.waiting, began }).toEqual({
    running: 2,
    waiting: 2,
    began: [1, 2],
  });
  end(2);
  expect(await turns[1]).toBe(2);
  await expect.poll(() => began).toEqual([1, 2, 3]);
  // The place that became free went to the third, and one may wait again.
  const sixth = queue.run(never, job(6));
  expect(sixth).toBeDefined();
  for (const number of [1, 3, 4, 6]) {
    await expect.poll(() => began).toContain(number);
    end(number);
  }
  await Promise.all([...turns, sixth]);
  expect(began).toEqual([1, 2, 3, 4, 6]);
  expect({ running: queue.running, waiting: queue.waiting }).toEqual({ running: 0, waiting: 0 });
});

test("nobody comes between a job that ends and the one that waits", async () => {
  const queue = new Queue({ workers: 1, queue: 1 });
  const { began, job, end } = someJobs();
  const first = queue.run(never, job(1));
  const second = queue.run(never, job(2));
  end(1);
  await first;
  const third = queue.run(never, job(3));
  await expect.poll(() => began).toEqual([1, 2]);
  expect(queue.running).toBe(1);
  end(2);
  await second;
  await expect.poll(() => began).toEqual([1, 2, 3]);
  end(3);
  await third;
});

test("a client that goes away leaves the queue, and a job that fails frees its place", async () => {
  const queue = new Queue({ workers: 1, queue: 1 });
  const gone = new AbortController();
  const { promise, reject } = Promise.withResolvers<never>();
  const first = queue.run(never, () => promise);
  const second = queue.run(gone.signal, async () => 2);
  gone.abort();
  await expect(second).rejects.toThrow("went away");
  expect(queue.waiting).toBe(0);
  reject(new Error("broken"));
  await expect(first).rejects.toThrow("broken");
  expect(queue.running).toBe(0);
  expect(await queue.run(never, async () => 3)).toBe(3);
});

test("closed, it turns everybody away", async () => {
  const queue = new Queue({ workers: 1, queue: 1 });
  const { job } = someJobs();
  void queue.run(never, job(1));
  const second = queue.run(never, job(2));
  queue.close();
  await expect(second).rejects.toThrow("stopped");
  expect(queue.run(never, job(3))).toBeUndefined();
});

test("it is idle when the last job has ended, whoever has gone meanwhile", async () => {
  const queue = new Queue({ workers: 2, queue: 2 });
  await queue.idle();
  const { job, end } = someJobs();
  void queue.run(never, job(1));
  void queue.run(never, job(2));
  let isIdle = false;
  const idle = queue.idle().then(() => (isIdle = true));
  end(1);
  await new Promise((resolve) => setImmediate(resolve));
  expect(isIdle).toBe(false);
  end(2);
  await idle;
});

test("the advice when to come again is whole seconds, from 1 to 60", async () => {
  expect(new Queue({ workers: 64, queue: 1 }).retryAfterSeconds).toBe(1);
  const queue = new Queue({ workers: 1, queue: 1000 });
  const { job } = someJobs();
  for (let number = 0; number < 500; number++) void queue.run(never, job(number));
  expect(queue.retryAfterSeconds).toBe(60);
});
