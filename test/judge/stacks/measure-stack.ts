import { randomBytes } from "node:crypto";
import { cp, readFile } from "node:fs/promises";
import { availableParallelism, loadavg } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { z } from "zod";
import { freePort } from "../../support/free-port.ts";
import { temporaryFolder } from "../../support/temporary-store.ts";
import { imageSizes } from "./image-sizes.ts";
import type { StackResult } from "./results.ts";

const cli = path.resolve(import.meta.dirname, "../../../bin/qclock.js");

/** A stack as it lies in the project. */
export interface StackFolder {
  readonly directory: string;
  /** What of the folder belongs to the stack. */
  readonly files: readonly string[];
  /** Profiles that are active; without any what runs by default. */
  readonly profiles?: string;
  /** Put what no mirror has into the store. Rejects when that cannot be had. */
  readonly prepare?: (store: string) => Promise<void>;
  /** What a reader has to know of the figures. */
  readonly note?: string;
}

/** Run qclock on the copy of the stack that is measured. Rejects when it fails. */
type Qclock = (...args: readonly string[]) => Promise<string>;

const verifyShape = z.object({
  counts: z.object({ passed: z.int(), skipped: z.int() }),
  results: z.array(
    z.object({
      check: z.object({ id: z.string() }),
      subject: z.string(),
      verdict: z.object({ status: z.string(), reason: z.string().optional() }),
    }),
  ),
});

/**
 * Build a copy of a stack, bring it up and prove it, beside whatever runs: with a name, ports and a
 * store of its own, all of which are removed at the end. Rejects where a command fails, since half
 * a measurement is none.
 */
export async function measureStack(
  { directory, files, profiles = "", prepare, note }: StackFolder,
  signal: AbortSignal,
): Promise<StackResult> {
  await using project = await temporaryFolder();
  await using store = await temporaryFolder();
  for (const file of files) {
    await cp(path.join(directory, file), path.join(project.path, file), { recursive: true });
  }
  const stack = `judge-${randomBytes(4).toString("hex")}`;
  const manifest = await readFile(path.join(project.path, "stack.config.yaml"), "utf8");
  const env = {
    ...(await portsOf(manifest)),
    NO_COLOR: "1",
    QCLOCK_OS: "debian-12",
    QCLOCK_PROFILES: profiles,
    QCLOCK_PROGRESS: "plain",
    QCLOCK_STACK: stack,
    QCLOCK_STORE: path.join(store.path, "store"),
  };
  await prepare?.(env.QCLOCK_STORE);
  const run = async (args: readonly string[], cancelSignal: AbortSignal): Promise<string> => {
    const options = { cwd: project.path, env, stdin: "ignore", cancelSignal } as const;
    return (await execa(process.execPath, [cli, ...args], options)).stdout;
  };
  try {
    const measured = await measure((...args) => run(args, signal), stack);
    return note === undefined ? measured : { note, ...measured };
  } finally {
    // Also after an interruption.
    const never = new AbortController().signal;
    await run(["reset", "--images", "--purge-volumes", "--yes"], never);
  }
}

async function measure(qclock: Qclock, stack: string): Promise<StackResult> {
  const machine = {
    date: new Date().toISOString().slice(0, 10),
    cores: availableParallelism(),
    load: Math.round((loadavg()[0] ?? 0) * 10) / 10,
    engine: (await execa("docker", ["version", "--format", "{{.Server.Version}}"])).stdout,
  };
  const coldBuild = await secondsOf(() => qclock("build"));
  await qclock("reset", "--images", "--yes");
  await qclock("store", "prune", "--unused-for", "0");
  const buildAtHand = await secondsOf(() => qclock("build"));
  const noops: number[] = [];
  for (let round = 0; round < 3; round++) noops.push(await secondsOf(() => qclock("build")));
  const [, noopBuild = 0] = noops.toSorted((one, other) => one - other);
  const firstUp = await secondsOf(() => qclock("up"));
  const images = await imageSizes(stack);
  const verify = await verifySummary(qclock);
  await qclock("down");
  const againUp = await secondsOf(() => qclock("up"));
  return { machine, coldBuild, buildAtHand, noopBuild, firstUp, againUp, images, verify };
}

async function secondsOf(act: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  await act();
  return Math.round((performance.now() - startMs) / 10) / 100;
}

async function verifySummary(qclock: Qclock): Promise<StackResult["verify"]> {
  const { counts, results } = verifyShape.parse(JSON.parse(await qclock("verify", "--json")));
  return {
    ...counts,
    failed: results.flatMap(({ check, verdict }) =>
      verdict.status === "failed" ? [check.id] : [],
    ),
    allowed: results.flatMap(({ check, subject, verdict: { status, reason = "" } }) =>
      status === "allowed" ? [{ check: check.id, subject, reason }] : [],
    ),
  };
}

/** A free port for each variable of a manifest that holds one: `${SHOP_PORT:-8080}`. */
async function portsOf(manifest: string): Promise<Readonly<Record<string, string>>> {
  const ports: Record<string, string> = {};
  for (const [, name = ""] of manifest.matchAll(/\$\{(\w*PORT):-\d+\}/g)) {
    ports[name] ??= String(await freePort());
  }
  return ports;
}
