import type { Command } from "commander";
import { QclockError } from "../../error.ts";
import { nearest } from "../../nearest.ts";
import type { LockTarget } from "../../packages/package.ts";
import type { RunContext } from "../../run/context.ts";
import { declareCommand, type Registry } from "../command.ts";
import { withStack } from "../context.ts";
import type { Session } from "../session.ts";

/** `qclock lock why` */
export function registerLockWhy(lock: Command, run: Registry["run"]): void {
  const command = declareCommand(lock, {
    usage: "why <package>",
    summary: "Say why an image holds a package, from what was asked for down to it",
    examples: [
      ["qclock lock why libperl5.36", "the chain of reasons in each image that holds it"],
      ["qclock lock why openssl --json", "for a program"],
    ],
  });
  command.action((name: string) =>
    run(command, (session) =>
      withStack(session, (context) => showWhy(session, context, name), { lockMode: "use" }),
    ),
  );
}

async function showWhy(
  session: Session,
  { stack, lock }: RunContext,
  name: string,
): Promise<number> {
  const { targetKey } = await import("../../packages/lock-packages.ts");
  const { whyLocked } = await import("../../packages/lock-why.ts");
  const target = lock?.targets.get(targetKey(stack));
  if (target === undefined) {
    throw new QclockError("lock-outdated", `The lock has no entry for ${targetKey(stack)}.`, {
      hint: "Run `qclock lock`.",
    });
  }
  const chains = whyLocked(target, name, (image) => {
    const found = stack.images.get(image);
    return found?.type === "assembled" ? found.parent : undefined;
  });
  if (chains.length === 0) throw notLocked(target, name);
  await session.settle();
  if (session.settings.json) session.printDocument("lock-why", { package: name, chains });
  else {
    const { formatWhy } = await import("../../reporters/format/lock.ts");
    session.print(formatWhy(chains, target, session.style));
  }
  return 0;
}

function notLocked(target: LockTarget, name: string): QclockError {
  const packages = [...target.images.values()].flatMap((image) => image.packages);
  const needing = packages.find(
    ({ reason }) => reason.type === "dependency" && reason.relation.split(/[ |,(]+/).includes(name),
  );
  const suggestion = nearest(name, [...new Set(packages.map((entry) => entry.name))]);
  return new QclockError("unknown-package", `No image holds a package "${name}".`, {
    hint:
      needing !== undefined
        ? `It is another name of ${needing.name}, or an alternative to it: qclock lock why ${needing.name}.`
        : suggestion === undefined
          ? undefined
          : `Did you mean "${suggestion}"?`,
  });
}
