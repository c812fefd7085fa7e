import type { Engine } from "../docker/engine.ts";
import { QclockError } from "../error.ts";
import { observeRequest } from "../plan/observe-request.ts";
import type { Observed, ObservedVolume } from "../plan/observed.ts";
import { refuseVolumeUsers } from "../plan/taking/foreign-users.ts";
import { dataOf, planTeardown } from "../plan/taking/teardown.ts";
import type { RunContext } from "../run/context.ts";
import type { RunReport } from "../run/execution/event.ts";
import { removeEmptyImage } from "../run/services/helper.ts";
import { readImageRecords } from "../run/images/records.ts";
import { takeHold } from "../run/hold/hold.ts";
import { emptyReport, executeOperations } from "../run/run-plan.ts";
import { refuseUnknownServices } from "../run/services/known-services.ts";
import { externalNames } from "../stack/external.ts";
import type { Stack } from "../stack/stack.ts";
import type { Store } from "../store/store.ts";

/** What reset works with: labels are enough, so the stack may be missing. */
export type ResetContext = Pick<
  RunContext,
  "engine" | "emit" | "clock" | "signal" | "jobs" | "holdTimeoutMs" | "runId" | "version" | "holder"
> & {
  readonly stackName: string;
  readonly stack: Stack | undefined;
  /** Where it is recorded which images qclock built; nothing is written to it. */
  readonly store: Pick<Store, "readNote">;
};

/** A question that is answered by typing a word, so that it is not answered by habit. */
export interface LossQuestion {
  /** What will be lost, one fact a line. */
  readonly facts: readonly string[];
  readonly prompt: string;
  readonly expected: string;
}

export interface ResetOptions {
  readonly removeImages: boolean;
  /** Remove the data, too. */
  readonly purgeVolumes: boolean;
  /** Only these services and their volumes. */
  readonly services?: readonly string[];
  /** `--yes`: do not ask. */
  readonly confirmed: boolean;
  /** Asks for a word at a terminal; throws `would-lose-data` where there is none to ask at. */
  readonly confirm: (question: LossQuestion) => Promise<boolean>;
}

/**
 * Remove everything that qclock made for the stack; data only when asked for and confirmed. Throws
 * `would-lose-data` where nobody can be asked, and `foreign-volume` or `foreign-object` for what
 * others use.
 */
export async function reset(context: ResetContext, options: ResetOptions): Promise<RunReport> {
  const { stack, signal } = context;
  const engine = await context.engine();
  if (options.services !== undefined && stack === undefined) {
    throw new QclockError("usage", "--service needs a manifest without problems.", {
      hint: "Reset the whole stack, or mend the manifest first.",
    });
  }
  if (stack !== undefined) refuseUnknownServices(stack, options.services);
  refuseShared(context, options);
  if (options.purgeVolumes) await confirmLoss(context, options, engine);
  const report = await removeAll(context, options, engine);
  if (options.removeImages) await removeEmptyImage(engine, signal);
  return report;
}

async function removeAll(
  context: ResetContext,
  options: ResetOptions,
  engine: Engine,
): Promise<RunReport> {
  const { stackName, stack, signal, emit } = context;
  await using hold = await takeHold({ ...context, mayGoWithout: true });
  const observed = await look(context, engine);
  const plan = planTeardown({
    stackName,
    stack,
    observed,
    records: await readImageRecords(
      context.store,
      observed.images.values().map(({ fingerprint }) => fingerprint ?? ""),
    ),
    options: {
      ...(options.services === undefined ? {} : { services: options.services }),
      removeVolumes: options.purgeVolumes,
      removeImages: options.removeImages,
      cause: "reset",
    },
  });
  if (plan.nodes.length === 0) return emptyReport(context, "reset", plan);
  return await executeOperations(
    plan,
    {
      stackName,
      engine,
      emit,
      clock: context.clock,
      signal,
      assertHeld: () => hold.assertHeld(),
    },
    { performer: ({ performTaking }) => performTaking, command: "reset", jobs: context.jobs },
  );
}

async function look({ stackName, stack, signal }: ResetContext, engine: Engine): Promise<Observed> {
  const nothing = {
    stack: stackName,
    imageReferences: [],
    containerNames: [],
    networkNames: [],
    volumeNames: [],
  };
  return engine.observe(stack === undefined ? nothing : observeRequest(stack), signal);
}

async function confirmLoss(
  context: ResetContext,
  options: ResetOptions,
  engine: Engine,
): Promise<void> {
  const { stackName, emit, signal } = context;
  const observed = await look(context, engine);
  const external = externalNames(context.stack).volumes;
  const doomed = observed.volumes.filter(
    (volume) => volume.ours && !external.has(volume.name) && isChosen(context, options, volume),
  );
  if (doomed.length === 0) return;
  for (const { name } of doomed) refuseVolumeUsers(observed, name);
  const facts = [
    ...doomed.map(({ name, createdAt }) => {
      const made =
        createdAt === undefined ? "" : ` (made ${createdAt.slice(0, 16).replace("T", " ")})`;
      return `Volume ${name}${made} is removed with its data.`;
    }),
    "No backup is made: this version of qclock cannot make one yet.",
  ];
  if (options.confirmed) {
    for (const message of facts) emit({ type: "notice", level: "warning", message });
    return;
  }
  const prompt = `Type the stack's name (${stackName}) to remove the data`;
  const isMeant = await options.confirm({ facts, prompt, expected: stackName });
  signal.throwIfAborted();
  if (!isMeant) throw new QclockError("would-lose-data", "Nothing was removed.");
}

function isChosen(
  { stack }: ResetContext,
  { services }: ResetOptions,
  { key }: ObservedVolume,
): boolean {
  return services === undefined || dataOf(stack, services).includes(key ?? "");
}

/** A volume of the named services that another one mounts as well is not theirs alone to lose. */
function refuseShared({ stack }: ResetContext, { services, purgeVolumes }: ResetOptions): void {
  if (services === undefined || stack === undefined || !purgeVolumes) return;
  const doomed = dataOf(stack, services);
  for (const { name } of stack.services.values()) {
    const shared = services.includes(name)
      ? undefined
      : dataOf(stack, [name]).find((volume) => doomed.includes(volume));
    if (shared === undefined) continue;
    throw new QclockError(
      "would-lose-data",
      `Volume ${shared} holds data of service "${name}" as well, which is not to be reset.`,
      { hint: `Name it too: --service ${[...services, name].join(" ")}` },
    );
  }
}
