import { countOf } from "../../count.ts";
import { QclockError } from "../../error.ts";
import { targetKey } from "../../packages/lock/lock-packages.ts";
import type { Lock, LockTarget } from "../../packages/package.ts";
import type { RunContext } from "../../run/context.ts";
import type { Registry } from "../command.ts";
import { declareCommand } from "../command.ts";
import { withStack } from "../open/context.ts";
import { allowUnsignedOption } from "../open/lock-file.ts";
import type { Session } from "../open/session.ts";
import { addLockDiff } from "./lock-diff.ts";
import { addLockWhy } from "./lock-why.ts";

interface Options {
  /** True without names: everything. */
  readonly update?: true | readonly string[];
  readonly check?: boolean;
  readonly allowUnsigned?: boolean;
}

/** `qclock lock`, `qclock lock diff` and `qclock lock why` */
export function registerLock({ program, run }: Registry): void {
  const command = declareCommand(
    program,
    {
      usage: "lock",
      summary: "Pin every package of every image in stack.lock.yaml",
      description:
        "Each package is proved by an index that the distribution signed. With a lock that fits and was proved before\n" +
        "nothing is asked of any mirror and nothing changes. Zeros for the digest of an image of a registry are replaced in\n" +
        "the manifest by the digest that the registry has for its tag now.",
      examples: [
        ["qclock lock", "write what the lock lacks"],
        ["qclock lock --update", "move every package to its newest version"],
        ["qclock lock --update openssl curl", "move these, and what their new versions force"],
        ["qclock lock --check", "in CI: fail when the lock does not fit the manifest"],
        ["qclock lock --platform linux/arm64", "for other machines, beside what is locked"],
        ["qclock lock diff", "what has changed since the last commit"],
      ],
    },
    (each) =>
      each
        .option("--update [packages...]", "move these packages to their newest version, or all")
        .option("--check", "change nothing; fail when the lock does not fit the manifest")
        .option(...allowUnsignedOption),
  );
  addLockDiff(command, run);
  addLockWhy(command, run);
  command.action(({ update, check, allowUnsigned }: Options) =>
    run(command, (session) =>
      withStack(
        session,
        async (context) => {
          if (update !== undefined && check === true) {
            throw new QclockError("usage", "--update and --check exclude each other.");
          }
          const { lockStack } = await import("../../run/images/lock-stack.ts");
          const move = Array.isArray(update) ? new Set<string>(update) : undefined;
          const { target, lock, changed } = await lockStack(
            move === undefined ? context : { ...context, move },
          );
          const digests = await fillDigests(session, context);
          await session.settle();
          const images = [...target.images.values()];
          const packages = images.reduce((sum, image) => sum + image.packages.length, 0);
          const wheels = images.reduce((sum, image) => sum + (image.wheels?.files.length ?? 0), 0);
          if (changed) await tellChanges(session, context.lock, { lock, target });
          if (session.settings.json) {
            session.printDocument("lock", {
              changed,
              os: target.os,
              architecture: target.architecture,
              packages,
              ...(wheels === 0 ? {} : { wheels }),
              ...(digests.length === 0 ? {} : { digests }),
            });
          } else
            session.print(
              `${changed ? "written" : "up to date"}: ${countOf(packages, "package")}${wheels === 0 ? "" : `, ${countOf(wheels, "wheel")}`} for ${target.os}/${target.architecture}`,
            );
          return 0;
        },
        {
          containers: "found",
          lockMode: update !== undefined ? "update" : check === true ? "locked" : "use",
          allowUnsigned,
        },
      ),
    ),
  );
}

/**
 * Write the digests of images of registries that nobody has looked up yet into the manifest.
 * Resolves with the references that were found.
 */
async function fillDigests(session: Session, context: RunContext): Promise<readonly string[]> {
  const { lookUpDigests } = await import("../../run/images/look-up-digests.ts");
  const digests = await lookUpDigests(context);
  if (digests.size === 0) return [];
  const { writeDigests } = await import("../open/write-digests.ts");
  const { findManifest } = await import("../open/manifest-file.ts");
  const { settings, host, emit } = session;
  const { workingDirectory } = host;
  const files = await findManifest({ named: settings.file, workingDirectory });
  const absent = new Set(await writeDigests(files, digests));
  for (const [missing, found] of digests) {
    const isWritten = !absent.has(missing);
    emit({
      type: "notice",
      level: isWritten ? "info" : "warning",
      message: isWritten
        ? `Written into the manifest: ${found}`
        : `The digest of an image was found, ${found}, but the manifest has its name by a variable.`,
      ...(isWritten ? {} : { hint: "Write it in the place of the zeros." }),
    });
  }
  return [...digests.values()];
}

/**
 * What moved, for the person who has to answer for it; of the first lock for a system and a
 * platform everything is new.
 */
async function tellChanges(
  session: Session,
  before: Lock | undefined,
  { lock, target }: { readonly lock: Lock; readonly target: LockTarget },
): Promise<void> {
  if (before?.targets.has(targetKey(target)) !== true) return;
  const { diffLocks } = await import("../../packages/lock/diff/diff-locks.ts");
  const { formatLockDiff } = await import("../../reporters/format/lock-diff.ts");
  session.say(formatLockDiff(await diffLocks(before, lock), { style: session.style }));
}
