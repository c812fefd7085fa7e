import type { Agent as HttpAgent } from "node:http";
import type { Duplex } from "node:stream";
import { ExecaError, execa } from "execa";
import { QclockError } from "../../error.ts";
import { loadHttp } from "../../node-http.ts";
import { cleanText } from "../errors.ts";
import { type SshAddress, sshArguments } from "./ssh-address.ts";

export interface SshAgentOptions {
  readonly address: SshAddress;
  readonly environment: ReadonlyMap<string, string>;
  readonly keepAlive: boolean;
}

/**
 * An agent whose connections are `ssh HOST docker system dial-stdio`, as docker's own client makes
 * them: the user's ssh knows the user's configuration, keys, agent and jump hosts, which no library
 * does. Each connection is one ssh process, so they are kept and used again.
 */
export function createSshAgent({ address, environment, keepAlive }: SshAgentOptions): HttpAgent {
  const { Agent } = loadHttp();
  const agent = new Agent({ keepAlive });
  agent.createConnection = () => openConnection(address, environment);
  return agent;
}

/** Say why ssh gave no connection; undefined when the error is not ssh's. */
export function explainSshFailure(error: unknown, url: string): QclockError | undefined {
  if (!(error instanceof ExecaError)) return undefined;
  if (error.code === "ENOENT") {
    return new QclockError("engine-unreachable", `There is no ssh program to reach ${url}.`, {
      cause: error,
      hint: "Install an OpenSSH client.",
    });
  }
  const said = cleanText(typeof error.stderr === "string" ? error.stderr : "");
  const missing = error.exitCode === 127;
  const command = url.endsWith("/podman.sock") ? "podman" : "docker";
  return new QclockError(
    "engine-unreachable",
    missing
      ? `The machine behind ${url} has no ${command} command.`
      : `ssh could not reach the Engine at ${url} (exit code ${error.exitCode ?? "unknown"}).`,
    {
      cause: error,
      hint: missing
        ? `qclock reaches an Engine over ssh through \`${command} system dial-stdio\` on its machine; podman's socket is named in the URL, as in ssh://user@host/run/podman/podman.sock.`
        : "Try the same address by hand with `ssh -o BatchMode=yes`; it must log in without asking.",
      details: said === "" ? [] : [said],
    },
  );
}

function openConnection(address: SshAddress, environment: ReadonlyMap<string, string>): Duplex {
  const connection = execa("ssh", sshArguments(address), {
    env: Object.fromEntries(environment),
    buffer: { stdout: false, stderr: true },
    maxBuffer: 64 * 1024,
  }).duplex();
  // Node's HTTP client calls these on what it takes for a TCP socket; a pipe needs none of them.
  const nothing = (): Duplex => connection;
  return Object.assign(connection, {
    setKeepAlive: nothing,
    setNoDelay: nothing,
    setTimeout: nothing,
    ref: nothing,
    unref: nothing,
  });
}
