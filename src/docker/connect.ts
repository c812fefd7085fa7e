import { platform } from "node:os";
import { QclockError } from "../error.ts";
import { unreachable } from "../unreachable.ts";
import { EngineClient } from "./connection/client.ts";
import { explainConnection, type Tried } from "./connection/connection-failure.ts";
import {
  dockerConfigDirectory,
  readCurrentContext,
  readDockerContext,
} from "./connection/docker-context.ts";
import {
  chooseEndpoint,
  type EndpointChoice,
  isLocal,
  parseAddress,
} from "./connection/endpoint.ts";
import { EngineHttp } from "./connection/engine-http.ts";
import { type Deadlines, defaultDeadlines } from "./connection/deadlines.ts";
import { createTransport, type TlsSettings } from "./connection/transport.ts";
import { negotiateVersion } from "./connection/version.ts";
import { createDockerEngine } from "./docker-engine.ts";
import type { Engine } from "./engine.ts";

export interface ConnectOptions {
  /** `--host` */
  readonly host?: string | undefined;
  /** `--context` */
  readonly contextName?: string | undefined;
  readonly environment: ReadonlyMap<string, string>;
  readonly homeDirectory: string;
  readonly signal?: AbortSignal | undefined;
  /** A line about a call that is being tried again. */
  readonly onNotice?: (message: string) => void;
  /** Other deadlines than the usual ones, for tests. */
  readonly deadlines?: Partial<Deadlines>;
}

/**
 * Find the Engine that the user means, see that it answers, and agree on a version of its API.
 * Throws `engine-unreachable`, `engine-refused` or `engine-too-old`, each naming what was tried,
 * who chose it, and what to do.
 */
export async function connectEngine(options: ConnectOptions): Promise<Engine> {
  const client = await connectClient(options);
  // Nearly every command asks for this next, and it is the Engine's slowest look.
  void client.info().catch(() => undefined);
  return createDockerEngine(client);
}

/** As `connectEngine`, for what needs more of the Engine's own words than `Engine` has. */
export async function connectClient(options: ConnectOptions): Promise<EngineClient> {
  const candidates = await listCandidates(options);
  const tried: Tried[] = [];
  for (const candidate of candidates) {
    try {
      return await open(candidate, options);
    } catch (error) {
      options.signal?.throwIfAborted();
      if (
        !(error instanceof QclockError) ||
        error.code === "engine-too-old" ||
        error.code === "usage"
      )
        throw error;
      tried.push({ ...candidate, error });
    }
  }
  throw explainConnection(tried);
}

interface Candidate {
  readonly url: string;
  readonly origin: string;
  readonly tls: TlsSettings | undefined;
}

/** The Engines to try: one where somebody chose, else each usual socket. */
export async function listCandidates({
  host,
  contextName,
  environment,
  homeDirectory,
}: ConnectOptions): Promise<readonly Candidate[]> {
  const configDirectory = dockerConfigDirectory(environment, homeDirectory);
  const currentContext = await readCurrentContext(configDirectory);
  const choice: EndpointChoice = chooseEndpoint({
    host,
    contextName,
    environment,
    homeDirectory,
    currentContext,
  });
  switch (choice.type) {
    case "sockets":
      return choice.urls.map((url) => ({ url, origin: "usual socket", tls: undefined }));
    case "url":
      return [
        {
          url: choice.url,
          origin: choice.origin,
          tls: tlsFromEnvironment(environment, configDirectory),
        },
      ];
    case "context": {
      const context = await readDockerContext(configDirectory, choice.name);
      const { url, tlsDirectory: directory, skipTlsVerify: skipVerify } = context;
      const tls = directory === undefined ? undefined : { directory, skipVerify };
      return [{ url, origin: `docker context ${choice.name}, from ${choice.origin}`, tls }];
    }
    default:
      return unreachable(choice);
  }
}

/**
 * Docker's variables: DOCKER_TLS_VERIFY or DOCKER_TLS ask for TLS, DOCKER_CERT_PATH says where the
 * files lie. TLS without a check of the certificate is not offered.
 */
function tlsFromEnvironment(
  environment: ReadonlyMap<string, string>,
  configDirectory: string,
): TlsSettings | undefined {
  const asked = ["DOCKER_TLS_VERIFY", "DOCKER_TLS", "DOCKER_CERT_PATH"].some(
    (name) => (environment.get(name) ?? "") !== "",
  );
  if (!asked) return undefined;
  const directory = environment.get("DOCKER_CERT_PATH") ?? "";
  return { directory: directory === "" ? configDirectory : directory, skipVerify: false };
}

async function open(
  { url, origin, tls }: Candidate,
  options: ConnectOptions,
): Promise<EngineClient> {
  const { environment, signal, onNotice = () => undefined } = options;
  const address = parseAddress(url);
  const transport = await createTransport({ address, url, tls, environment });
  try {
    const deadlines = { ...defaultDeadlines, ...options.deadlines };
    const http = new EngineHttp({ transport, url, deadlines, onNotice });
    const apiVersion = await negotiateVersion(http, {
      url,
      connectMs: address.type === "ssh" ? 20_000 : 5000,
      signal,
    });
    const endpoint = { url, origin, local: isLocal(address, platform()) };
    return new EngineClient({ endpoint, transport, apiVersion, deadlines, onNotice });
  } catch (error) {
    transport.close();
    throw error;
  }
}
