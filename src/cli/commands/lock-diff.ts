import path from "node:path";
import type { Command } from "commander";
import { QclockError } from "../../error.ts";
import type { LockDiff } from "../../packages/lock-diff.ts";
import type { Listings } from "../../reporters/format/lock.ts";
import type { Store } from "../../store/store.ts";
import { declareCommand, type Registry } from "../command.ts";
import { storeDirectory } from "../context.ts";
import { exitCodes } from "../exit-code.ts";
import { readLock } from "../lock-file.ts";
import { type LockSource, readEarlierLock } from "../lock-revision.ts";
import { displayPath, findManifest, lockPathOf } from "../manifest-file.ts";
import type { Session } from "../session.ts";

interface Options {
  against?: string;
  exitCode?: boolean;
}

/** `qclock lock diff` */
export function registerLockDiff(lock: Command, run: Registry["run"]): void {
  const command = declareCommand(
    lock,
    {
      usage: "diff [revision]",
      summary: "Say in words how the lock differs from an earlier one",
      description:
        "Compares with the lock of a git revision, HEAD when none is named: packages that came, went and moved, new\n" +
        "setuid files, sizes. Asks no mirror and no Engine.",
      examples: [
        ["qclock lock diff", "what an update changed, before it is committed"],
        ["qclock lock diff main", "what a branch changes"],
        [
          "qclock lock diff --against old.lock.yaml --exit-code",
          "two files; exit 7 when they differ",
        ],
      ],
    },
    (each) =>
      each
        .option("--against <file>", "compare with a file instead of a revision")
        .option("--exit-code", "exit with 7 when there is a difference"),
  );
  command.action((revision: string | undefined, options: Options) =>
    run(command, (session) => showDiff(session, revision, options)),
  );
}

async function showDiff(
  session: Session,
  revision: string | undefined,
  options: Options,
): Promise<number> {
  if (revision !== undefined && options.against !== undefined) {
    throw new QclockError("usage", "A revision and --against exclude each other.");
  }
  const { workingDirectory } = session.host;
  const manifest = await findManifest({ named: session.settings.file, workingDirectory });
  const lockPath = lockPathOf(manifest);
  const { openStore } = await import("../../store/disk-store.ts");
  const store = await openStore(storeDirectory(session));
  const source: LockSource =
    options.against === undefined
      ? { type: "revision", revision: revision ?? "HEAD" }
      : { type: "file", file: path.resolve(workingDirectory, options.against) };
  const before = await readEarlierLock(source, lockPath, store);
  const after = await readLock(lockPath, displayPath(lockPath, workingDirectory), store);
  for (const read of [before, after]) {
    if (read.ok) continue;
    await session.reportDiagnostics(read.error);
    return exitCodes.invalid;
  }
  if (!before.ok || !after.ok) return exitCodes.invalid;
  const { diffLocks } = await import("../../packages/lock-diff.ts");
  const diff = diffLocks(before.value, after.value);
  await show(session, diff, store);
  return diff.targets.length > 0 && options.exitCode === true
    ? exitCodes.changesPending
    : exitCodes.done;
}

async function show(session: Session, diff: LockDiff, store: Store): Promise<void> {
  const listings = await listChanged(diff, store);
  if (session.settings.json) {
    const listed = Object.fromEntries(listings);
    session.printDocument("lock-diff", { ...diff, packages: listed });
  } else if (diff.targets.length === 0) session.say("The locks are the same.");
  else {
    const { formatLockDiff } = await import("../../reporters/format/lock.ts");
    session.print(formatLockDiff(diff, listings, session.style));
  }
}

/** Look into the packages that changed, as far as the store has them. */
async function listChanged({ targets }: LockDiff, store: Store): Promise<Listings> {
  const { listPackage } = await import("../../packages/deb/list.ts");
  const changed = targets
    .flatMap(({ images }) => images)
    .flatMap(({ added, moved }) => [
      ...added,
      ...moved.flatMap(({ before, after }) => [before, after]),
    ]);
  const listings = new Map<
    (typeof changed)[number]["digest"],
    Awaited<ReturnType<typeof listPackage>>
  >();
  for (const { digest } of changed) {
    const file = await store.find(digest);
    if (file === undefined || listings.has(digest)) continue;
    // A copy that cannot be read counts as one that is lacking; building would say what is wrong with it.
    const listing = await listPackage(file).catch(() => undefined);
    if (listing !== undefined) listings.set(digest, listing);
  }
  return listings;
}
