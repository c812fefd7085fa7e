import type { Agent as HttpAgent, AgentOptions } from "node:http";
import { ExecaError } from "execa";
import { QclockError } from "../../error.ts";
import { loadHttp } from "../../node-http.ts";
import { cleanText } from "../errors.ts";
import { NotHttpError } from "./first-answer.ts";
import { holdConnection } from "./held-connection.ts";
import type { SshRoute } from "./ssh-route.ts";
import { isDropped } from "./ssh-session.ts";

/** Connections for calls with a short answer; more of them wait until one is free. */
const MOST_CONNECTIONS = 6;

/**
 * The agents for an Engine over ssh: `agent` for calls with a short answer, bounded; `streamAgent`
 * for those that last, which could take all of the others' places; `freshAgent` never keeps one.
 */
export function createSshAgents(
  route: SshRoute,
): Readonly<Record<"agent" | "streamAgent" | "freshAgent", HttpAgent>> {
  const { Agent } = loadHttp();
  const make = (options: AgentOptions): HttpAgent => {
    const agent = new Agent(options);
    agent.createConnection = () => holdConnection((signal) => route.open(signal));
    return agent;
  };
  return {
    agent: make({ keepAlive: true, maxSockets: MOST_CONNECTIONS }),
    streamAgent: make({ keepAlive: true }),
    freshAgent: make({ keepAlive: false }),
  };
}

/** Say why ssh gave no connection; undefined when the error is not ssh's. */
export function explainSshFailure(error: unknown, url: string): QclockError | undefined {
  if (error instanceof NotHttpError) {
    return new QclockError("engine-unreachable", `What answers at ${url} does not speak HTTP.`, {
      cause: error,
      hint: "A shell at the other end must write nothing by itself when a command is run.",
      details: [cleanText(error.text)],
    });
  }
  if (!(error instanceof ExecaError)) return undefined;
  if (error.code === "ENOENT") {
    // Without its cause, whose code would tell of a socket that does not exist.
    return new QclockError("engine-unreachable", `There is no ssh program to reach ${url}.`, {
      hint: "Install an OpenSSH client.",
    });
  }
  const said = cleanText(typeof error.stderr === "string" ? error.stderr : "");
  const details = said === "" ? [] : [said];
  if (isDropped(error)) {
    return new QclockError("engine-unreachable", `sshd hangs up on new connections to ${url}.`, {
      cause: error,
      hint: "It takes few logins at once (MaxStartups), or none of this machine for a while (PerSourcePenalties): try again later.",
      details,
    });
  }
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
      details,
    },
  );
}
