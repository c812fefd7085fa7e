import type { StackContainer } from "../../docker/engine.ts";
import { QclockError } from "../../error.ts";
import type { RunContext } from "../../run/context.ts";
import type { Emit } from "../../run/execution/event.ts";
import type { OsName } from "../../os.ts";
import { isOfService } from "../../stack/labels.ts";

/**
 * The operating system that a user asks for: on the command line, in the environment or, for all
 * commands of a project, in its file of variables. Undefined: none is named.
 */
export function wantedOs(
  setting: string | undefined,
  variables: ReadonlyMap<string, string>,
): string | undefined {
  const named = setting ?? variables.get("QCLOCK_OS");
  return named === "" ? undefined : named;
}

/**
 * Settle which operating system the images are made from. The manifest's list is in order of
 * preference: its first is the default, a name picks one, and `auto` takes the first whose packages
 * can be had.
 */
export async function chooseOs(options: {
  readonly listed: readonly OsName[];
  readonly wanted: string | undefined;
  /** Whether the OS's repositories answer; consulted for `auto` only. */
  readonly answers: (os: OsName) => Promise<boolean>;
}): Promise<OsName> {
  const { listed, wanted, answers } = options;
  const [first] = listed;
  if (first === undefined)
    throw new QclockError("usage", "The manifest names no operating system.");
  if (wanted === undefined) return first;
  if (wanted === "auto") {
    for (const os of listed) {
      if (await answers(os)) return os;
    }
    throw new QclockError(
      "mirror-unreachable",
      `No operating system of the manifest has repositories that answer: ${listed.join(", ")}.`,
      {
        hint: "Name the mirror in the manifest under `mirrors`, or in QCLOCK_MIRROR_DEBIAN_12 and the like.",
      },
    );
  }
  const found = listed.find((os) => os === wanted);
  if (found !== undefined) return found;
  throw new QclockError("usage", `The manifest has no operating system "${wanted}".`, {
    hint: `It lists ${listed.join(", ")}; --os takes one of them, or auto.`,
  });
}

/**
 * The operating system that a stack runs on, as its services' containers say, running or not: that
 * of the one which was made last, since those that do not depend on the system are kept when
 * another one is taken.
 */
export function systemOf(
  containers: readonly StackContainer[],
  stackName: string,
): string | undefined {
  const [last] = containers
    .filter(({ stack, role, os }) => stack === stackName && isOfService(role) && os !== undefined)
    .toSorted((left, right) => (right.created ?? 0) - (left.created ?? 0));
  return last?.os;
}

/** Say that the operating system which the stack runs on is taken, and not the first. */
export function sayRunning(emit: Emit, os: OsName): void {
  emit({
    type: "notice",
    level: "info",
    message: `The stack runs on ${os}, which is taken; --os says another.`,
  });
}

/**
 * Say which operating system `auto` took; where it is not the first, how commands that ask nobody
 * come to know of it.
 */
export function sayChoice(emit: Emit, os: OsName, [first]: readonly OsName[]): void {
  emit({
    type: "notice",
    level: "info",
    message:
      os === first || first === undefined
        ? `Building on ${os}: its repositories answer.`
        : `Building on ${os}: the repositories of ${first} do not answer.`,
    ...(os === first
      ? {}
      : {
          hint: `Commands that compare with what runs take it as well, all others ${first}; QCLOCK_OS=${os}, in .env too, says so to all.`,
        }),
  });
}

/** Say which operating system `auto` means where nobody is asked. */
export function sayAssumption(emit: Emit, os: OsName): void {
  emit({
    type: "notice",
    level: "info",
    message: `Assuming ${os}, the first that the manifest lists.`,
    hint: "Whether its repositories answer is asked by build and up.",
  });
}

/** Whether packages can be had: for `--os auto`, which must not choose what cannot be built. */
export async function repositoriesAnswer(options: {
  readonly os: OsName;
  readonly downloader: RunContext["downloader"];
  readonly signal: AbortSignal;
  readonly mirrors: RunContext["mirrors"];
}): Promise<boolean> {
  const { loadFamily } = await import("../../packages/families.ts");
  const family = await loadFamily(options.os);
  try {
    return await family.repositoriesAnswer({ ...options, mirrors: await options.mirrors() });
  } catch (error) {
    options.signal.throwIfAborted();
    if (error instanceof QclockError) return false;
    throw error;
  }
}
