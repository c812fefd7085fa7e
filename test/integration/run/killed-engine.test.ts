import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";
import { describe, expect, test } from "vitest";
import { up } from "../../../src/run/up.ts";
import { obstacleToOwnEngine, type OwnEngine, startOwnEngine } from "../../support/own-engine.ts";
import { createTestStack, type TestStack } from "../../support/runtime.ts";
import {
  controlFolder,
  type WaitedBy,
  type WaitingLine,
  waitingStack,
} from "../../support/waiting-up.ts";

const program = path.resolve(import.meta.dirname, "../../support/waiting-up.ts");

const obstacle = await obstacleToOwnEngine();
if (obstacle !== undefined) {
  console.error(`No Engine is killed, hung and restarted here: ${obstacle}.`);
  if (process.env["CI"] === "true") throw new Error(`A run that judges needs this: ${obstacle}.`);
}

interface Case {
  readonly keepContainers: boolean;
  readonly waitedBy: WaitedBy;
}

interface Said {
  readonly text: string;
  /** Since the last fault. */
  readonly afterMs: number;
}

type Ended = Extract<WaitingLine, { type: "ended" }> & Pick<Said, "afterMs">;

/**
 * A run of `up`, in a process and on an Engine of its own, that waits for the probe of its service.
 */
class WaitingRun implements AsyncDisposable {
  readonly engine: OwnEngine;
  readonly said: Said[] = [];
  readonly ended: Promise<Ended>;
  readonly #rig: TestStack;
  readonly #waitedBy: WaitedBy;
  readonly #process: ChildProcess;
  readonly #hearers = new Set<() => void>();
  #faultMs = performance.now();

  private constructor(engine: OwnEngine, rig: TestStack, waitedBy: WaitedBy) {
    this.engine = engine;
    this.#rig = rig;
    this.#waitedBy = waitedBy;
    const { directory } = rig.stack({ services: [] });
    const args = [program, directory, rig.name, engine.url, waitedBy];
    this.#process = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    this.ended = this.#read();
    // Looked at by whoever waits for it.
    this.ended.catch(() => undefined);
  }

  /** Resolves when the probe has failed for the first time. */
  static async start({ keepContainers, waitedBy }: Case): Promise<WaitingRun> {
    await using made = new AsyncDisposableStack();
    const engine = made.use(await startOwnEngine({ keepContainers }));
    const connected = await engine.connect(() => undefined);
    const rig = made.use(await createTestStack({ engine: connected }));
    await mkdir(controlFolder(rig));
    const run = made.use(new WaitingRun(engine, rig, waitedBy));
    await run.hear(/^(?:exec|tcp_socket): /u);
    made.move();
    return run;
  }

  /** Do something to the Engine, and count the time from then on. */
  async fault(act: () => Promise<void> | void): Promise<void> {
    this.said.length = 0;
    this.#faultMs = performance.now();
    await act();
  }

  /** Have the service become ready, or end. */
  async order(name: "ready" | "end"): Promise<void> {
    await writeFile(path.join(controlFolder(this.#rig), name), "");
  }

  /** Resolves when something is said that fits; rejects when the run ends without it. */
  async hear(pattern: RegExp): Promise<Said> {
    const { promise, resolve } = Promise.withResolvers<Said>();
    const look = (): void => {
      const found = this.said.find(({ text }) => pattern.test(text));
      if (found !== undefined) resolve(found);
    };
    this.#hearers.add(look);
    look();
    const silent = this.ended.then((ended) => {
      throw new Error(
        `Nothing was said of ${String(pattern)}: ${JSON.stringify([...this.said, ended])}`,
      );
    });
    return await Promise.race([promise, silent]);
  }

  /** How the next run ends, and how many steps the one after it has. */
  async next(): Promise<{ readonly status: string; readonly left: number }> {
    await this.order("ready");
    const context = this.#rig.context(waitingStack(this.#rig, this.#waitedBy));
    const { status } = await up(context, {});
    const { nodes } = await up(context, {});
    return { status, left: nodes.length };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await using _engine = this.engine;
    await using _rig = this.#rig;
    this.#process.kill("SIGKILL");
    await this.ended.catch(() => undefined);
    // What the stack left goes by its Engine, in whichever state a failure has left that.
    this.engine.resume();
    await this.engine.ensureRuns();
  }

  async #read(): Promise<Ended> {
    const { stdout } = this.#process;
    if (stdout === null) throw new Error("The process has no output.");
    let ended: Ended | undefined;
    for await (const text of createInterface({ input: stdout })) {
      const line: WaitingLine = JSON.parse(text);
      const afterMs = performance.now() - this.#faultMs;
      if (line.type === "ended") ended = { ...line, afterMs };
      else this.said.push({ text: line.text, afterMs });
      for (const look of this.#hearers) look();
    }
    if (ended === undefined) throw new Error("The process of up ended without a word.");
    return ended;
  }
}

describe.skipIf(obstacle !== undefined)("while up waits for a probe", () => {
  // These two wait for half a minute, and may do so together.
  test.concurrent("an Engine that is killed is told within 5 s and given up after half a minute", async () => {
    await using run = await WaitingRun.start({ keepContainers: false, waitedBy: "exec" });
    await run.fault(() => run.engine.kill());

    const told = await run.hear(/^the Engine has gone away; it has 30 s to come back$/u);
    expect(told.afterMs).toBeLessThan(5000);
    const ended = await run.ended;
    expect(ended).toMatchObject({
      exitCode: 4,
      message: expect.stringMatching(/^Could not inspect container .+ECONNREFUSED/u),
      details: [expect.stringMatching(/^last probe: /u)],
    });
    expect(ended.afterMs).toBeLessThan(40_000);

    await run.engine.ensureRuns();
    expect(await run.next()).toEqual({ status: "succeeded", left: 0 });
  });

  test.concurrent("an Engine that hangs is told after 5 s and given up after the time of its call", async () => {
    await using run = await WaitingRun.start({ keepContainers: false, waitedBy: "exec" });
    await run.fault(() => run.engine.stop());

    const told = await run.hear(
      /^The Engine has not answered for 5 s \(to .+\); given up after 30 s\.$/u,
    );
    expect(told.afterMs).toBeLessThan(8000);
    const failed = await run.hear(/^failed: .+: the Engine gave no answer within 30 s\.$/u);
    expect(failed.afterMs).toBeLessThan(40_000);
    expect(await run.ended).toMatchObject({
      exitCode: 4,
      details: [expect.stringMatching(/^last probe: /u)],
    });

    run.engine.resume();
    expect(await run.next()).toEqual({ status: "succeeded", left: 0 });
  });

  test("an Engine that is killed and started again has ended the container, which is told", async () => {
    await using run = await WaitingRun.start({ keepContainers: false, waitedBy: "exec" });
    await run.fault(() => run.engine.kill());
    await run.hear(/^the Engine has gone away/u);
    await run.fault(() => run.engine.ensureRuns());

    const ended = await run.ended;
    await run.hear(/^the Engine answers again after \d+ s$/u);
    expect(ended).toMatchObject({
      exitCode: 1,
      message: expect.stringMatching(/^Service "web" ended with exit code (?:137|143) /u),
      details: expect.arrayContaining([expect.stringMatching(/^the Engine was away for /u)]),
    });
    expect(ended.afterMs).toBeLessThan(10_000);
    expect(await run.next()).toEqual({ status: "succeeded", left: 0 });
  });

  test.each(["exec", "tcp_socket"] as const)(
    "a container that outlives its Engine is waited for when that is back, with a probe by %s",
    async (waitedBy) => {
      await using run = await WaitingRun.start({ keepContainers: true, waitedBy });
      await run.fault(() => run.engine.kill());
      await run.order("ready");
      await run.hear(/^the Engine has gone away/u);
      await run.engine.ensureRuns();

      const ended = await run.ended;
      expect(ended.exitCode).toBe(0);
      expect(await run.next()).toEqual({ status: "succeeded", left: 0 });
    },
  );

  test("a container that ended while its Engine was away is noticed, with its own exit code", async () => {
    await using run = await WaitingRun.start({ keepContainers: true, waitedBy: "exec" });
    await run.fault(() => run.engine.kill());
    await run.order("end");
    await run.hear(/^the Engine has gone away/u);
    await run.fault(() => run.engine.ensureRuns());

    const ended = await run.ended;
    expect(ended).toMatchObject({
      exitCode: 1,
      message: 'Service "web" ended with exit code 3.',
    });
    expect(ended.afterMs).toBeLessThan(10_000);
  });
});
