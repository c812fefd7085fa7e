import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chmod, copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { freePort } from "./free-port.ts";
import { temporaryFolder } from "./temporary-store.ts";

const SSHD = "/usr/sbin/sshd";

/** Where Debian's sshd puts its unprivileged part. */
const EMPTY_FOLDER = "/run/sshd";

const START_MS = 10_000;

/** A server of ssh on this machine that belongs to one test. */
export interface OwnSshd extends AsyncDisposable {
  /** The variables under which `ssh://engine.example` leads to it, with a key that it takes. */
  readonly environment: ReadonlyMap<string, string>;
  /** How often somebody has logged in. */
  logins(): Promise<number>;
}

/** Why none can be had on this machine; undefined when one can. */
export function obstacleToOwnSshd(): string | undefined {
  if (process.getuid?.() !== 0) return "only root may start a server of ssh";
  if (!existsSync(SSHD)) return "this machine has no sshd";
  const docker = spawnSync("docker", ["system", "dial-stdio", "--help"]);
  return docker.status === 0 ? undefined : "this machine has no docker command";
}

/** Start one with further lines of its configuration. */
export async function startOwnSshd(lines: readonly string[] = []): Promise<OwnSshd> {
  const folder = await temporaryFolder();
  const at = (name: string): string => join(folder.path, name);
  const port = await freePort();
  for (const key of ["host", "user"])
    spawnSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", at(key)]);
  await copyFile(at("user.pub"), at("authorized"));
  const server = [
    `Port ${port}`,
    "ListenAddress 127.0.0.1",
    `HostKey ${at("host")}`,
    `AuthorizedKeysFile ${at("authorized")}`,
    "PidFile none",
    "StrictModes no",
    "UsePAM no",
    "PermitRootLogin prohibit-password",
    "LogLevel INFO",
    ...lines,
  ];
  await writeFile(at("server"), `${server.join("\n")}\n`);
  const client = [
    "HostName 127.0.0.1",
    `Port ${port}`,
    "User root",
    `IdentityFile ${at("user")}`,
    "IdentitiesOnly yes",
    `UserKnownHostsFile ${at("known")}`,
    "StrictHostKeyChecking accept-new",
  ];
  await writeFile(at("client"), `${client.join("\n")}\n`);
  await mkdir(at("bin"));
  await writeFile(at("bin/ssh"), `#!/bin/sh\nexec /usr/bin/ssh -F ${at("client")} "$@"\n`);
  await chmod(at("bin/ssh"), 0o755);
  await mkdir(EMPTY_FOLDER, { recursive: true });
  const sshd = spawn(SSHD, ["-D", "-E", at("log"), "-f", at("server")], { stdio: "ignore" });
  await listens(sshd, port);
  return {
    environment: new Map([
      ["PATH", `${at("bin")}:${process.env["PATH"] ?? ""}`],
      ["TMPDIR", folder.path],
    ]),
    logins: async () =>
      (await readFile(at("log"), "utf8")).split("\n").filter((line) => line.startsWith("Accepted "))
        .length,
    async [Symbol.asyncDispose]() {
      if (sshd.exitCode === null) {
        const ended = once(sshd, "exit");
        sshd.kill("SIGTERM");
        await ended;
      }
      await folder[Symbol.asyncDispose]();
    },
  };
}

async function listens(sshd: ChildProcess, port: number): Promise<void> {
  const limit = performance.now() + START_MS;
  for (;;) {
    const socket = connect({ host: "127.0.0.1", port });
    const isOpen = await new Promise<boolean>((resolve) => {
      socket.once("connect", () => resolve(true));
      socket.once("error", () => resolve(false));
    });
    socket.destroy();
    if (isOpen) return;
    if (sshd.exitCode !== null || performance.now() > limit) throw new Error("sshd does not start");
    await new Promise((wake) => setTimeout(wake, 20));
  }
}
