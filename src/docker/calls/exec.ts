import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod/mini";
import { QclockError } from "../../error.ts";
import type { EngineClient } from "../connection/client.ts";
import type { ExecOptions, ExecResult, InteractiveExecOptions } from "../engine.ts";
import { parseForeign } from "../foreign.ts";
import { endProcess } from "./end-process.ts";
import { demultiplex } from "./log-frames.ts";
import { shortId } from "../short-id.ts";

const idSchema = z.object({ Id: z.string() });

const stateSchema = z.object({
  Running: z.boolean(),
  ExitCode: z.nullish(z.number()),
  Pid: z._default(z.number(), 0),
});

/** How long the Engine may take to say what became of a command that was given up. */
const lookAfterMs = 3000;

/** Of a command that the Engine says nothing about. */
const unknownState: z.infer<typeof stateSchema> = { Running: true, Pid: 0 };

/** How much output of a command is kept. */
const maxOutputBytes = 64 * 1024;

export interface ExecRequest {
  readonly id: string;
  readonly command: readonly string[];
  readonly options: ExecOptions;
  readonly signal: AbortSignal | undefined;
}

/**
 * Run a command in a container and wait for its end. Past its timeout it is killed where that can
 * be done: the Engine has no call for it, so it is left running in a container that is not on this
 * machine.
 */
export async function exec(
  client: EngineClient,
  { id, command, options, signal }: ExecRequest,
): Promise<ExecResult> {
  const operation = `run ${command[0] ?? "a command"} in container ${shortId(id)}`;
  const { user, environment, keeps = "start" } = options;
  const execId = await createExec(client, { id, command, user, environment, operation, signal });
  const deadline = AbortSignal.timeout(options.timeoutMs);
  const either = signal === undefined ? deadline : AbortSignal.any([signal, deadline]);
  try {
    const output = await start(client, execId, { operation, signal: either, keeps });
    return { exitCode: await exitCodeOf(client, execId, { operation, signal: either }), output };
  } catch (error) {
    if (!either.aborted) throw error;
    // With a time of its own, and a short one: an Engine that hangs must not make a probe of two
    // seconds one of thirty.
    const look = { operation, signal: AbortSignal.timeout(lookAfterMs) };
    const { Pid: pid, Running: running } = await inspectExec(client, execId, look).catch(
      () => unknownState,
    );
    const ended = running && (await endProcess(client.endpoint, pid, id));
    signal?.throwIfAborted();
    throw new QclockError(
      "deadline-exceeded",
      `The command ${command[0] ?? ""} did not end within ${options.timeoutMs} ms.`,
      {
        cause: error,
        details:
          running && !ended
            ? ["It may still be running in the container: the Engine offers no way to end it."]
            : [],
      },
    );
  }
}

export interface ExecCreation {
  readonly id: string;
  readonly command: readonly string[];
  readonly user: string | undefined;
  readonly operation: string;
  readonly signal: AbortSignal | undefined;
  readonly environment?: readonly string[] | undefined;
  /** For a person or a pipe; without it the command gets no input and no terminal. */
  readonly interactive?: Pick<InteractiveExecOptions, "tty" | "attachStdin" | "workingDirectory">;
}

/** Prepare a command; nothing runs yet. */
export async function createExec(
  client: EngineClient,
  { id, command, user, environment, operation, signal, interactive }: ExecCreation,
): Promise<string> {
  const answer = await client.http.send({
    method: "POST",
    path: `/containers/${encodeURIComponent(id)}/exec`,
    json: {
      AttachStdin: interactive?.attachStdin ?? false,
      AttachStdout: true,
      AttachStderr: true,
      Tty: interactive?.tty ?? false,
      Cmd: command,
      ...(user === undefined ? {} : { User: user }),
      ...(environment === undefined ? {} : { Env: environment }),
      ...(interactive?.workingDirectory === undefined
        ? {}
        : { WorkingDir: interactive.workingDirectory }),
    },
    operation,
    signal,
  });
  return parseForeign(idSchema, answer, operation).Id;
}

interface Step {
  readonly operation: string;
  readonly signal: AbortSignal | undefined;
}

/**
 * The exit code of a command whose output has ended. The Engine notes it a moment after the
 * output's end.
 */
export async function exitCodeOf(
  client: EngineClient,
  execId: string,
  step: Step,
): Promise<number> {
  for (let pauseMs = 1; ; pauseMs = Math.min(pauseMs * 2, 100)) {
    const { Running, ExitCode } = await inspectExec(client, execId, step);
    if (!Running && ExitCode !== null && ExitCode !== undefined) return ExitCode;
    await sleep(pauseMs, undefined, { signal: step.signal });
  }
}

async function start(
  client: EngineClient,
  execId: string,
  { keeps, ...step }: Step & { readonly keeps: "start" | "end" },
): Promise<string> {
  const call = {
    method: "POST",
    path: `/exec/${execId}/start`,
    json: { Detach: false, Tty: false },
    firstByteMs: 0,
    ...step,
  } as const;
  const { response } = await client.http.stream(call);
  let output = Buffer.alloc(0);
  try {
    for await (const { bytes } of demultiplex(response)) {
      if (keeps === "start" && output.length === maxOutputBytes) continue;
      const all = Buffer.concat([output, bytes]);
      output = keeps === "end" ? all.subarray(-maxOutputBytes) : all.subarray(0, maxOutputBytes);
    }
  } catch (error) {
    throw client.http.failure(call, error);
  }
  return new TextDecoder().decode(output);
}

async function inspectExec(
  client: EngineClient,
  execId: string,
  step: Step,
): Promise<z.infer<typeof stateSchema>> {
  const answer = await client.http.get({ path: `/exec/${execId}/json`, ...step });
  return parseForeign(stateSchema, answer, step.operation);
}
