import { readFile } from "node:fs/promises";
import { countOf } from "../../count.ts";
import type { ResetContext } from "../../data/reset.ts";
import type { Diagnostic } from "../../diagnostic.ts";
import { openStore } from "../../store/disk-store.ts";
import type { Store } from "../../store/store.ts";
import type { Stack } from "../../stack/stack.ts";
import { QclockError } from "../../error.ts";
import { engineOf, storeDirectory } from "./context.ts";
import { displayPath, findManifest, type ManifestFiles } from "./manifest-file.ts";
import type { Session } from "./session.ts";
import { loadStack } from "./stack-file.ts";
import { version } from "../process/version.ts";

/**
 * Carry an action out on a stack of which at least the name is known: from `--stack`, or from what
 * can be read of the manifest.
 */
export async function withNamedStack(
  session: Session,
  use: (context: ResetContext) => Promise<number>,
): Promise<number> {
  const { host, settings } = session;
  const store = await openStore(storeDirectory(session));
  const { stackName, stack } = await identifyStack(session, store);
  await using connection = engineOf(session);
  return await use({
    stackName,
    stack,
    engine: connection.engine,
    store,
    emit: session.emit,
    clock: session.clock,
    signal: session.signal,
    jobs: settings.jobs,
    holdTimeoutMs: settings.lockTimeout,
    runId: session.runId,
    version,
    holder: { host: host.hostName, pid: host.pid, user: host.userName, command: session.command },
  });
}

async function identifyStack(
  session: Session,
  store: Store,
): Promise<{ readonly stackName: string; readonly stack: Stack | undefined }> {
  const { settings, host } = session;
  const { stack: given } = settings;
  let files: ManifestFiles;
  try {
    files = await findManifest({
      named: settings.file,
      workingDirectory: host.workingDirectory,
    });
  } catch (error) {
    // With the name given, the manifest itself is not needed.
    if (given !== undefined && error instanceof QclockError)
      return { stackName: given, stack: undefined };
    throw error;
  }
  const loaded = await loadStack({
    session,
    files,
    architecture: "amd64",
    containers: "found",
    store,
  });
  if (loaded.ok) return { stackName: loaded.value.stack.name, stack: loaded.value.stack };
  const shown = displayPath(files.path, host.workingDirectory);
  const stackName = given ?? (await readName(files));
  if (stackName === undefined) {
    throw new QclockError(
      "manifest-invalid",
      `${shown} has problems, and its \`name\` cannot be read.`,
      {
        hint: "Name the stack with --stack, or see qclock validate.",
      },
    );
  }
  session.emit({
    type: "notice",
    level: "warning",
    message: `${placesOf(loaded.error)}: ${countOf(loaded.error.length, "problem")}; going by the labels of stack ${stackName}.`,
  });
  return { stackName, stack: undefined };
}

function placesOf(problems: readonly Diagnostic[]): string {
  return [...new Set(problems.map(({ location }) => location.file))].join(", ");
}

/**
 * The name as it stands in texts that do not parse: its own line, at the beginning of a line. The
 * last text that has one counts.
 */
async function readName({ path, overrides }: ManifestFiles): Promise<string | undefined> {
  const texts = await Promise.all([path, ...overrides].map((file) => readFile(file, "utf8")));
  return texts
    .map((text) => /^name:\s*["']?([a-z0-9][a-z0-9_-]*)["']?\s*(?:#.*)?$/m.exec(text)?.[1])
    .findLast((name) => name !== undefined);
}
