import { readFile } from "node:fs/promises";
import type { Agent as HttpAgent, AgentOptions, ClientRequest, RequestOptions } from "node:http";
import { join } from "node:path";
import { QclockError } from "../../error.ts";
import { loadHttp, loadHttps } from "../../node-http.ts";
import { unreachable } from "../../unreachable.ts";
import { systemCode } from "../errors.ts";
import { type Address, isLoopback } from "./endpoint.ts";
import { explainTlsFailure } from "./tls-failure.ts";

/** How bytes reach an Engine. Calls differ only in what they send. */
export interface Transport {
  readonly protocol: "http:" | "https:";
  readonly hostname: string;
  readonly port?: number;
  /** Node's own function for the protocol. */
  readonly request: (options: RequestOptions) => ClientRequest;
  /** Reuses connections where making one is dear; for calls with a short answer. */
  readonly agent: HttpAgent;
  /** The same for calls that may last, which must not take the places of short ones. */
  readonly streamAgent: HttpAgent;
  /**
   * Makes a connection for each call and asks the Engine to close it. Engine 29 hangs or reports a
   * broken tar when a build's context follows other traffic on one connection (docker-modem#196).
   */
  readonly freshAgent: HttpAgent;
  /**
   * Say in words why a connection failed, where this way of connecting knows more than an `errno`.
   */
  explain(error: unknown): QclockError | undefined;
  /**
   * A socket on this machine that leads to a port as the Engine's machine reaches it; undefined
   * where none can be had. Absent where this machine reaches it by itself.
   */
  readonly forward?: (host: string, port: number) => Promise<string | undefined>;
  close(): void;
  /** Whether `close` was called: what breaks then is nobody's failure. */
  readonly isClosed: () => boolean;
}

const { Agent, request } = loadHttp();

/** Where the TLS files of an endpoint lie, and how much is asked of its certificate. */
export interface TlsSettings {
  readonly directory: string;
  readonly skipVerify: boolean;
}

export interface TransportOptions {
  readonly address: Address;
  readonly url: string;
  readonly tls: TlsSettings | undefined;
  readonly environment: ReadonlyMap<string, string>;
}

/**
 * Prepare the way to an Engine without connecting. Refuses TCP without TLS to another machine:
 * whoever reaches that port is root there, and anyone between can read and change everything.
 */
export async function createTransport({
  address,
  url,
  tls,
  environment,
}: TransportOptions): Promise<Transport> {
  switch (address.type) {
    case "unix": {
      // Connecting to a local socket costs nothing, and a connection kept would outlive a restart
      // of the Engine.
      const make = (): HttpAgent => new Agent(socketOptions(address.path));
      return {
        protocol: "http:",
        hostname: "engine",
        request,
        ...agents(make),
        explain: () => undefined,
      };
    }
    case "ssh": {
      const [{ createSshAgents, explainSshFailure }, { createSshRoute }] = await Promise.all([
        import("../ssh/ssh-agents.ts"),
        import("../ssh/ssh-route.ts"),
      ]);
      const route = createSshRoute({ address, environment });
      const end = (): void => route.close();
      return {
        protocol: "http:",
        hostname: "engine",
        request,
        ...closing(createSshAgents(route), end),
        explain: (error) => explainSshFailure(error, url),
        forward: (host, port) => route.forward(host, port),
      };
    }
    case "tcp": {
      const { hostname, port } = address;
      if (tls === undefined && !address.tls) {
        if (!isLoopback(hostname)) throw unencrypted(url);
        return {
          protocol: "http:",
          hostname,
          port,
          request,
          ...agents(plainAgent),
          explain: () => undefined,
        };
      }
      const { Agent: TlsAgent, request: tlsRequest } = loadHttps();
      const files = tls === undefined ? {} : await readTlsFiles(tls);
      const make = (keepAlive: boolean): HttpAgent => new TlsAgent({ keepAlive, ...files });
      return {
        protocol: "https:",
        hostname,
        port,
        request: tlsRequest,
        ...agents(make),
        explain: (error) => explainTlsFailure(error, url),
      };
    }
    default:
      return unreachable(address);
  }
}

function plainAgent(keepAlive: boolean): HttpAgent {
  return new Agent({ keepAlive });
}

type Agents = Pick<Transport, "agent" | "streamAgent" | "freshAgent">;

/** Agents whose connections cost so little that one kind does for all calls. */
function agents(make: (keepAlive: boolean) => HttpAgent): ReturnType<typeof closing> {
  const agent = make(true);
  return closing({ agent, streamAgent: agent, freshAgent: make(false) });
}

function closing(
  all: Agents,
  end: () => void = () => undefined,
): Agents & Pick<Transport, "close" | "isClosed"> {
  let closed = false;
  const close = (): void => {
    closed = true;
    for (const agent of [all.agent, all.streamAgent, all.freshAgent]) agent.destroy();
    end();
  };
  return { ...all, close, isClosed: () => closed };
}

/**
 * The agent's own options win over a call's, so a socket's path here holds for every call,
 * dockerode's too.
 */
function socketOptions(path: string): AgentOptions & { readonly socketPath: string } {
  return { socketPath: path };
}

async function readTlsFiles({
  directory,
  skipVerify,
}: TlsSettings): Promise<Record<string, unknown>> {
  const [ca, cert, key] = await Promise.all(
    ["ca.pem", "cert.pem", "key.pem"].map((name) => readOptional(join(directory, name))),
  );
  if ((cert === undefined) !== (key === undefined)) {
    throw new QclockError(
      "engine-refused",
      `The TLS folder ${directory} holds only one of cert.pem and key.pem.`,
      {
        hint: "Put the client's certificate and its key there, or neither.",
      },
    );
  }
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(skipVerify ? { rejectUnauthorized: false } : {}),
  };
}

async function readOptional(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw new QclockError(
      "engine-refused",
      `The TLS file ${path} cannot be read (${systemCode(error) ?? "unknown"}).`,
      { cause: error },
    );
  }
}

function unencrypted(url: string): QclockError {
  return new QclockError("engine-refused", `qclock does not speak to ${url} without TLS.`, {
    hint: "Use ssh://user@host, or set DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH.",
    details: ["Whoever can reach or listen to that port is root on the Engine's machine."],
  });
}
