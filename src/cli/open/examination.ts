import { access, constants, statfs } from "node:fs/promises";
import type { Finding } from "../../docker/doctor.ts";
import { QclockError } from "../../error.ts";
import { formatBytes } from "../../reporters/format/bytes.ts";
import { makePrivateFolder } from "../../store/private-folder.ts";
import { storeDirectory } from "./context.ts";
import { displayPath, findManifest } from "./manifest-file.ts";
import type { Session } from "./session.ts";
import { loadStack } from "./stack-file.ts";
import { version } from "../process/version.ts";

/**
 * A build of three images writes about a gigabyte; with less than this left it may well not fit.
 */
const comfortableBytes = 2e9;

/** Everything that doctor looks at: this program, the store, the manifest, the Engine. */
export async function examine(session: Session): Promise<readonly Finding[]> {
  const { examineEngine } = await import("../../docker/doctor.ts");
  const { openStore } = await import("../../store/disk-store.ts");
  const { host, settings, signal } = session;
  const findings = await examineStore(storeDirectory(session));
  // A store that cannot be used is a finding of its own; then the builder is not tried.
  const isUsable = findings.every(({ status }) => status !== "problem");
  const store = isUsable ? await openStore(storeDirectory(session)) : undefined;
  return [
    { id: "qclock", status: "ok", message: `qclock ${version} on Node ${process.versions.node}` },
    ...findings,
    await examineManifest(session),
    ...(await examineEngine({
      host: settings.host,
      contextName: settings.context,
      environment: host.environment,
      homeDirectory: host.homeDirectory,
      ...(store === undefined ? {} : { store }),
      signal,
    })),
  ];
}

async function examineStore(directory: string): Promise<readonly Finding[]> {
  try {
    await makePrivateFolder(directory);
    await access(directory, constants.W_OK);
    const { bavail, bsize } = await statfs(directory);
    const free = bavail * bsize;
    const message = `the store ${directory} can be written, ${formatBytes(free)} are free`;
    return free < comfortableBytes
      ? [
          {
            id: "store-space",
            status: "warning",
            message,
            fix: "Free some space, or name another folder with --store.",
          },
        ]
      : [{ id: "store", status: "ok", message }];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return [
      {
        id: "store",
        status: "problem",
        message: `the store ${directory} cannot be written: ${reason}`,
        fix: "Name another folder with --store.",
      },
    ];
  }
}

async function examineManifest(session: Session): Promise<Finding> {
  const { settings, host } = session;
  try {
    const files = await findManifest({
      named: settings.file,
      workingDirectory: host.workingDirectory,
    });
    const shown = displayPath(files.path, host.workingDirectory);
    const stack = await loadStack({
      session,
      files,
      architecture: "amd64",
      containers: "made",
    });
    if (stack.ok)
      return {
        id: "manifest",
        status: "ok",
        message: `${shown} describes the stack ${stack.value.stack.name}`,
      };
    return {
      id: "manifest",
      status: "problem",
      message: `${shown} has ${stack.error.length} problems`,
      fix: "Run qclock validate.",
    };
  } catch (error) {
    if (!(error instanceof QclockError)) throw error;
    return {
      id: "manifest",
      status: "warning",
      message: error.message,
      ...(error.hint === undefined ? {} : { fix: error.hint }),
    };
  }
}
