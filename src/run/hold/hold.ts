import { engineStatus } from "../../docker/errors.ts";
import type { ContainerRequest, Engine } from "../../docker/engine.ts";
import { QclockError } from "../../error.ts";
import { labels } from "../../stack/labels.ts";
import type { RunContext } from "../context.ts";
import { createFromEmptyImage, neverStarted } from "../services/helper.ts";
import {
  describe,
  type Holder,
  holdName,
  type OtherHold,
  readHolder,
  removeDead,
} from "./holder.ts";
import { settle } from "../execution/settle.ts";
import { identifyProcess } from "./process-identity.ts";

/** What taking the hold needs; `reset` has no more than this. */
export type HoldContext = Pick<
  RunContext,
  "engine" | "runId" | "version" | "holder" | "clock" | "signal" | "holdTimeoutMs" | "emit"
> & {
  readonly stackName: string;
  /**
   * Go on without a hold where the Engine cannot make one: for what only removes, and so is how
   * room is made.
   */
  readonly mayGoWithout?: boolean;
  /** Whether somebody else had it when it was asked for before this. */
  readonly hasWaited?: boolean;
  /**
   * Called once, while the Engine makes the container: time for what keeps this process busy and
   * needs no hold.
   */
  readonly meanwhile?: () => void;
};

/** The exclusive use of a stack, while this run has it. */
export interface Hold extends AsyncDisposable {
  /**
   * Whether somebody else had it when it was asked for: then what was seen of the Engine before is
   * old.
   */
  readonly waited: boolean;
  /**
   * Throws `stack-locked` when the hold is not there any more: somebody took it away, and may be at
   * work. The Engine is asked unless it said so a moment ago.
   */
  assertHeld(): Promise<void>;
  /**
   * Give it back, once nothing of the run changes the Engine any more. Disposal does the same, so
   * that what needs no hold may be done while the Engine takes it away.
   */
  release(): Promise<void>;
}

const POLL_MS = 500;
const RETRY_MS = 20;

/** Asking takes as long as this: an answer so old says as much as one that is on its way. */
const ANSWER_HOLDS_MS = 20;

/**
 * Take the hold of a stack in its Engine: a never-started container whose fixed name the Engine
 * gives to one only. Waits for another holder as long as `holdTimeoutMs`; takes over from one that
 * died on this host. Throws `stack-locked` with who, where and since when.
 */
export async function takeHold(context: HoldContext): Promise<Hold> {
  const { clock, signal, holdTimeoutMs, emit } = context;
  const engine = await context.engine();
  const deadlineMs = clock.now() + holdTimeoutMs;
  let hasSaid = false;
  let hasTakenOver = false;
  let hasWaited = context.hasWaited === true;
  let meanwhile = context.meanwhile;
  for (;;) {
    signal.throwIfAborted();
    let failure: QclockError | undefined;
    const creating = tryCreate(context, engine, meanwhile);
    meanwhile = undefined;
    const id = await creating.catch((error: unknown) => {
      if (context.mayGoWithout !== true || !isEnginesFault(error)) throw error;
      failure = error;
      return undefined;
    });
    if (id !== undefined) {
      const hold = held(context, engine, { id, waited: hasWaited });
      if (!hasTakenOver) return hold;
      await using stack = new AsyncDisposableStack();
      stack.use(hold);
      await settle(context, engine);
      // From here on the caller gives it back.
      stack.move();
      return hold;
    }
    hasWaited = true;
    const other = await readHolder(engine, context);
    if (other === undefined && failure !== undefined) {
      if (hasTakenOver) await settle(context, engine);
      return without(context, engine, failure);
    }
    if (other === undefined) {
      // Given back between the two calls; the Engine keeps a name a little longer than its
      // container.
      await clock.sleep(RETRY_MS, signal);
      continue;
    }
    if (await removeDead(engine, other, context)) {
      hasTakenOver = true;
      continue;
    }
    if (clock.now() >= deadlineMs) throw heldBy(other);
    if (!hasSaid) {
      hasSaid = true;
      emit({ type: "notice", level: "info", message: `Waiting for ${describe(other.holder)}.` });
    }
    await clock.sleep(POLL_MS, signal);
  }
}

/** Take the hold if nobody has it, and wait for nobody; undefined where somebody has. */
export async function tryHold(context: HoldContext): Promise<Hold | undefined> {
  const engine = await context.engine();
  const id = await tryCreate(context, engine, undefined);
  return id === undefined ? undefined : held(context, engine, { id, waited: false });
}

/** Whether somebody holds the stack, whoever, dead or alive. */
export async function isHeld({
  engine,
  stack,
  signal,
}: Pick<RunContext, "engine" | "stack" | "signal">): Promise<boolean> {
  return (await (await engine()).inspectContainer(holdName(stack.name), signal)) !== undefined;
}

/**
 * Take away the hold of a run that is known to be dead. `id` is the one in the message, so that
 * nobody takes away another's.
 */
export async function unlockStack(
  context: Pick<RunContext, "engine" | "stack" | "signal">,
  id: string,
): Promise<void> {
  const engine = await context.engine();
  const state = await engine.inspectContainer(holdName(context.stack.name), context.signal);
  if (state === undefined) {
    throw new QclockError("usage", `Stack ${context.stack.name} is not held.`);
  }
  if (id.length < 8 || !state.id.startsWith(id)) {
    throw new QclockError(
      "usage",
      `The hold of stack ${context.stack.name} has the id ${state.id.slice(0, 12)}, not ${id}.`,
      {
        hint: "Another run may have taken it meanwhile; look before you take it away.",
      },
    );
  }
  await engine.removeContainer(state.id, context.signal);
}

/** Create the hold's container, or see that its name is taken. */
async function tryCreate(
  context: HoldContext,
  engine: Engine,
  meanwhile: (() => void) | undefined,
): Promise<string | undefined> {
  const { signal } = context;
  const request = holdRequest(context, {
    ...context.holder,
    process: await identifyProcess(context.holder.pid),
    since: new Date().toISOString(),
  });
  try {
    const creating = createFromEmptyImage(engine, request, signal);
    // The connection is made in one turn of the event loop, and written to in the next.
    if (meanwhile !== undefined) setImmediate(() => setImmediate(meanwhile));
    return await creating;
  } catch (error) {
    if (engineStatus(error) === 409) return undefined;
    throw error;
  }
}

function holdRequest(
  { stackName, runId, version }: HoldContext,
  holder: Holder,
): Omit<ContainerRequest, "image"> {
  return {
    name: holdName(stackName),
    labels: new Map([
      [labels.stack, stackName],
      [labels.role, "hold"],
      [labels.run, runId],
      [labels.version, version],
      [labels.holder, JSON.stringify(holder)],
    ]),
    ...neverStarted,
  };
}

function held(
  { clock }: Pick<HoldContext, "clock">,
  engine: Engine,
  { id, waited }: { readonly id: string; readonly waited: boolean },
): Hold {
  let seenMs = clock.now();
  let releasing: Promise<void> | undefined;
  // Also after an interruption, and with a deadline of its own.
  const release = async (): Promise<void> =>
    await (releasing ??= engine
      .removeContainer(id, AbortSignal.timeout(5000))
      .catch(() => undefined));
  return {
    waited,
    async assertHeld() {
      if (clock.now() - seenMs < ANSWER_HOLDS_MS) return;
      const state = await engine.inspectContainer(id);
      seenMs = clock.now();
      if (state !== undefined) return;
      throw new QclockError(
        "stack-locked",
        "The hold of this run was taken away; nothing more is changed.",
        {
          hint: "Somebody ran `qclock unlock` or `docker container prune`. Run the command again.",
        },
      );
    },
    release,
    [Symbol.asyncDispose]: release,
  };
}

/** An Engine that answers but can make nothing: its disk is full, out of inodes or read-only. */
function isEnginesFault(error: unknown): error is QclockError {
  return (
    error instanceof QclockError &&
    ["disk-full", "engine-failed", "load-failed"].includes(error.code)
  );
}

/** No hold, while nobody else has one. */
function without(context: HoldContext, engine: Engine, failure: QclockError): Hold {
  context.emit({
    type: "notice",
    level: "warning",
    message: `The Engine cannot make the stack's hold; going on without one, since removing needs none. ${failure.message}`,
  });
  return {
    waited: true,
    async assertHeld() {
      const other = await readHolder(engine, context);
      if (other !== undefined) throw heldBy(other);
    },
    async release() {},
    async [Symbol.asyncDispose]() {},
  };
}

function heldBy({ id, holder }: OtherHold): QclockError {
  return new QclockError("stack-locked", `The stack is held by ${describe(holder)}.`, {
    hint: `Wait for it (--lock-timeout 5m). Should that run be dead: qclock unlock ${id.slice(0, 12)}`,
  });
}
