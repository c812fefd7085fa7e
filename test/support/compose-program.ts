import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { hostMirrors, obtainPackages } from "../../bench/debian-packages.ts";

const run = promisify(execFile);

/** Compose, as Debian's next suite has it: the suite of Debian 12 has none of version 2. */
export interface ComposeProgram {
  /** Run compose in a folder. Rejects, with what it wrote, when it fails. */
  readonly run: (directory: string, args: readonly string[]) => Promise<string>;
}

/** Fetch compose into a folder. Rejects where Debian's mirror cannot be had. */
export async function obtainCompose(directory: string): Promise<ComposeProgram> {
  const { main: mirror } = await hostMirrors();
  const { root } = await obtainPackages({
    mirror,
    directory,
    suite: "sid",
    names: ["docker-compose"],
  });
  const program = path.join(root, "usr/libexec/docker/cli-plugins/docker-compose");
  return {
    run: async (folder, args) => {
      // A configuration of its own, so that no setting of the developer decides.
      const env = { PATH: process.env["PATH"], HOME: directory, ...hostOf() };
      const { stdout, stderr } = await run(program, [...args], { cwd: folder, env });
      return stdout + stderr;
    },
  };
}

/** A program of BusyBox that needs no library, for images without a base. */
export async function obtainBusybox(directory: string): Promise<string> {
  const { main: mirror } = await hostMirrors();
  const names = ["busybox-static"];
  const { root } = await obtainPackages({ mirror, directory, suite: "bookworm", names });
  return path.join(root, "bin/busybox");
}

function hostOf(): Readonly<Record<string, string>> {
  const host = process.env["DOCKER_HOST"];
  return host === undefined ? {} : { DOCKER_HOST: host };
}
