import type { Command } from "commander";
import { QclockError } from "../../error.ts";
import type { LockDiff } from "../../packages/lock/diff/lock-diff.ts";
import type { PayloadDiff } from "../../packages/lock/diff/payload-diff.ts";
import type { Store } from "../../store/store.ts";
import { inPhase } from "../../run/execution/phase.ts";
import type { Registry } from "../command.ts";
import { declareCommand } from "../command.ts";
import { resolveMirrorsOf, storeDirectory, withStack } from "../open/context.ts";
import { exitCodes } from "../process/exit-code.ts";
import type { LockSides } from "../open/lock-sides.ts";
import { findManifest, lockPathOf } from "../open/manifest-file.ts";
import type { Session } from "../open/session.ts";

interface Options {
  readonly against?: string;
  readonly fetch?: boolean;
  readonly exitCode?: boolean;
}

/** `qclock lock diff` */
export function addLockDiff(lock: Command, run: Registry["run"]): void {
  const command = declareCommand(
    lock,
    {
      usage: "diff [revision]",
      summary: "Say in words what changed in the lock since a git revision, HEAD by default",
      description:
        "Packages that were added (and why), removed and moved, new setuid and setgid files, sizes, repositories.\n" +
        "Files are looked for in the packages that the store has.",
      examples: [
        ["qclock lock diff", "what `qclock lock --update` changed, before it is committed"],
        ["qclock lock diff main --fetch", "since a branch, with every package looked into"],
        ["qclock lock diff --against old.lock.yaml", "two files, without git"],
        ["qclock lock diff --exit-code --json", "for a program; exit 7 when something differs"],
      ],
    },
    (each) =>
      each
        .option("--against <file>", "compare with this lock instead of a revision's")
        .option("--fetch", "download the packages that differ, to look into them")
        .option("--exit-code", "exit with 7 when something differs"),
  );
  command.action((revision: string | undefined, options: Options) =>
    run(command, async (session) => {
      if (revision !== undefined && options.against !== undefined)
        throw new QclockError("usage", "A revision and --against exclude each other.");
      const { openStore } = await import("../../store/disk-store.ts");
      const store = await openStore(storeDirectory(session));
      const { readSides } = await import("../open/lock-sides.ts");
      const { settings, host } = session;
      const named = { named: settings.file, workingDirectory: host.workingDirectory };
      const sides = await readSides(session, {
        lockPath: lockPathOf((await findManifest(named)).path),
        revision: revision ?? "HEAD",
        against: options.against,
        store,
      });
      if (!sides.ok) {
        await session.reportDiagnostics(sides.error);
        return exitCodes.invalid;
      }
      return await compare(session, { sides: sides.value, store, options });
    }),
  );
}

async function compare(
  session: Session,
  request: { readonly sides: LockSides; readonly store: Store; readonly options: Options },
): Promise<number> {
  const { sides, store, options } = request;
  const { diffLocks } = await import("../../packages/lock/diff/diff-locks.ts");
  const { isSame } = await import("../../packages/lock/diff/lock-diff.ts");
  const diff = await diffLocks(sides.from.lock, sides.to.lock);
  if (options.fetch === true && !isSame(diff)) {
    const failed = await fetchPackages(session, sides, diff);
    if (failed !== exitCodes.done) return failed;
  }
  const payloads = await lookInto(session, diff, store);
  await session.settle();
  if (session.settings.json) {
    session.printDocument("lock-diff", {
      from: sides.from.name,
      to: sides.to.name,
      ...documentOf(diff, payloads),
    });
  } else if (isSame(diff)) {
    session.say(`No difference between ${sides.from.name} and ${sides.to.name}.`);
  } else {
    const { formatLockDiff } = await import("../../reporters/format/lock-diff.ts");
    session.print(formatLockDiff(diff, { style: session.style, payloads }));
  }
  return options.exitCode === true && !isSame(diff) ? exitCodes.changesPending : exitCodes.done;
}

/** Only for this the manifest is read: it may name a mirror. */
async function fetchPackages(session: Session, sides: LockSides, diff: LockDiff): Promise<number> {
  return await withStack(session, async ({ stack, downloader, emit, signal }) => {
    const { fetchDifference } = await import("../../run/images/fetch-difference.ts");
    await fetchDifference(
      { downloader, emit, signal },
      {
        diff,
        locks: [sides.to.lock, sides.from.lock],
        mirrorsOf: (os) => resolveMirrorsOf(session, os, stack.mirrors.get(os)),
      },
    );
    return exitCodes.done;
  });
}

async function lookInto(session: Session, diff: LockDiff, store: Store): Promise<PayloadDiff> {
  const { readPayloads } = await import("../../packages/lock/diff/payload.ts");
  const { isSame } = await import("../../packages/lock/diff/lock-diff.ts");
  const { diffPayloads } = await import("../../packages/lock/diff/payload-diff.ts");
  if (isSame(diff)) return { images: [], notLookedInto: [] };
  const phase = { phase: "payloads", title: "Looking into the packages", unit: "items" } as const;
  const payloads = await inPhase(session, phase, (onProgress) =>
    readPayloads(diff, store, onProgress),
  );
  return diffPayloads(diff, payloads);
}

/** Both differences as one, image by image. */
function documentOf(diff: LockDiff, payloads: PayloadDiff): object {
  return {
    // The target's own name says which system it is of.
    targets: diff.targets.map(({ os: _, ...target }) => ({
      ...target,
      images: target.images.map((image) => {
        const payload = payloads.images.find(
          (each) => each.target === target.target && each.image === image.image,
        );
        const { newSetuid = [], installedBytes } = payload ?? {};
        return { ...image, newSetuid, installedBytes };
      }),
    })),
    notLookedInto: payloads.notLookedInto,
  };
}
