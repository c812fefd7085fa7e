import * as z from "zod/mini";
import type { Engine } from "../../docker/engine.ts";
import { engineStatus } from "../../docker/errors.ts";
import { QclockError } from "../../error.ts";
import { labels } from "../../stack/labels.ts";
import type { RunContext } from "../context.ts";
import { isDead, processIdentitySchema } from "./process-identity.ts";
import { settle } from "../execution/settle.ts";

/** What looking at somebody else's hold needs. */
export type HolderContext = Pick<RunContext, "holder" | "signal" | "emit"> & {
  readonly stackName: string;
};

const holderSchema = z.object({
  host: z.string(),
  pid: z.number(),
  process: processIdentitySchema,
  user: z.string(),
  command: z.string(),
  since: z.string(),
});

/** Who holds a stack: a process, and how people know it. */
export type Holder = z.infer<typeof holderSchema>;

/** A hold that is there. */
export interface OtherHold {
  readonly id: string;
  /** Undefined when its label cannot be read. */
  readonly holder: Holder | undefined;
}

/**
 * The hold of a stack; undefined when nobody has it. Throws `foreign-object` for a container that
 * only bears its name.
 */
export async function readHolder(
  engine: Engine,
  { stackName, signal }: HolderContext,
): Promise<OtherHold | undefined> {
  const state = await engine.inspectContainer(holdName(stackName), signal);
  if (state === undefined) return undefined;
  if (state.labels.get(labels.role) !== "hold" || state.labels.get(labels.stack) !== stackName) {
    throw new QclockError(
      "foreign-object",
      `A container named ${holdName(stackName)} exists, but is no hold of qclock's.`,
      {
        hint: "Remove or rename it, or give the stack another name.",
      },
    );
  }
  const parsed = holderSchema.safeParse(parseJson(state.labels.get(labels.holder) ?? ""));
  return { id: state.id, holder: parsed.success ? parsed.data : undefined };
}

/** Take away a hold whose holder is known to be dead, and say so. Resolves with whether it was. */
export async function removeDead(
  engine: Engine,
  other: OtherHold,
  context: HolderContext,
): Promise<boolean> {
  if (!(await isKnownDead(other, context))) return false;
  const { id, holder } = other;
  context.emit({
    type: "notice",
    level: "info",
    message: `Taking over from ${describe(holder)}, which has died.`,
  });
  // By id: should another run have taken over first, its hold is not this one.
  await engine.removeContainer(id, context.signal).catch((error: unknown) => {
    if (engineStatus(error) !== 404) throw error;
  });
  return true;
}

/** On this machine it can be known that the holder is dead; on another one only its people know. */
async function isKnownDead({ holder }: OtherHold, context: HolderContext): Promise<boolean> {
  if (holder === undefined || holder.host !== context.holder.host) return false;
  return isDead(holder.pid, holder.process);
}

/**
 * Take away a hold whose holder has died on this machine: for a command that looks at the stack and
 * may have nothing to do, so that nobody sees a stack held by a process that is gone. What that run
 * had asked the Engine for is waited for first. Resolves with whether there was one: then what was
 * seen of the Engine before is old.
 */
export async function releaseDeadHold(
  context: HolderContext & Pick<RunContext, "clock">,
  engine: Engine,
): Promise<boolean> {
  const other = await readHolder(engine, context);
  if (other === undefined || !(await isKnownDead(other, context))) return false;
  await settle(context, engine);
  return removeDead(engine, other, context);
}

/** The fixed name of a stack's hold in the Engine. */
export function holdName(stack: string): string {
  return `${stack}-qclock-hold`;
}

/** A holder in words. */
export function describe(holder: Holder | undefined): string {
  if (holder === undefined) return "another run";
  const { user, host, pid, command, since } = holder;
  return `"qclock ${command}" of ${user}@${host} (process ${pid}) since ${since.slice(11, 19)} UTC`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
