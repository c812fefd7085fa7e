import { QclockError } from "../../error.ts";
import { unreachable } from "../../unreachable.ts";
import { parseSshAddress, type SshAddress } from "../ssh/ssh-address.ts";

/**
 * What decides which Engine is used. Environment and configuration are passed in, so that the
 * choice is a pure function.
 */
export interface EndpointInputs {
  /** `--host` */
  readonly host?: string | undefined;
  /** `--context` */
  readonly contextName?: string | undefined;
  readonly environment: ReadonlyMap<string, string>;
  readonly homeDirectory: string;
  /** `currentContext` of docker's `config.json`. */
  readonly currentContext?: string | undefined;
}

/** Which Engine to try, or which docker context says so. */
export type EndpointChoice =
  | { readonly type: "url"; readonly url: string; readonly origin: string }
  | { readonly type: "context"; readonly name: string; readonly origin: string }
  /** Nobody chose: the usual sockets, in the order in which they are tried. */
  | { readonly type: "sockets"; readonly urls: readonly string[] };

/**
 * Choose in docker's own order: `--host`, `--context`, DOCKER_HOST, DOCKER_CONTEXT, the current
 * context, the usual sockets. The context `default` means "no context".
 */
export function chooseEndpoint(inputs: EndpointInputs): EndpointChoice {
  const { host, contextName, environment } = inputs;
  if (host !== undefined && contextName !== undefined) {
    throw new QclockError("usage", "`--host` and `--context` both name an Engine.", {
      hint: "Give one of them.",
    });
  }
  if (host !== undefined) return { type: "url", url: normalizeUrl(host), origin: "--host" };
  if (contextName !== undefined) return fromContext(contextName, "--context", inputs);
  const hostVariable = environment.get("DOCKER_HOST");
  if (isSet(hostVariable))
    return { type: "url", url: normalizeUrl(hostVariable), origin: "DOCKER_HOST" };
  const contextVariable = environment.get("DOCKER_CONTEXT");
  if (isSet(contextVariable)) return fromContext(contextVariable, "DOCKER_CONTEXT", inputs);
  if (isSet(inputs.currentContext))
    return fromContext(inputs.currentContext, "docker's config.json", inputs);
  return { type: "sockets", urls: listSockets(inputs) };
}

/**
 * URLs of the sockets at which engines usually listen: rootful, rootless, desktop products, podman.
 */
export function listSockets({ environment, homeDirectory }: EndpointInputs): readonly string[] {
  const runtime = environment.get("XDG_RUNTIME_DIR");
  const paths = [
    "/var/run/docker.sock",
    ...(isSet(runtime) ? [`${runtime}/docker.sock`] : []),
    `${homeDirectory}/.docker/run/docker.sock`,
    `${homeDirectory}/.docker/desktop/docker.sock`,
    `${homeDirectory}/.colima/default/docker.sock`,
    `${homeDirectory}/.orbstack/run/docker.sock`,
    "/run/podman/podman.sock",
    ...(isSet(runtime) ? [`${runtime}/podman/podman.sock`] : []),
  ];
  return paths.map((path) => `unix://${path}`);
}

/** An Engine's address taken apart. */
export type Address =
  | { readonly type: "unix"; readonly path: string }
  | {
      readonly type: "tcp";
      readonly hostname: string;
      readonly port: number;
      readonly tls: boolean;
    }
  | SshAddress;

/** Take an Engine's URL apart; throws `usage` when it is none that qclock can speak to. */
export function parseAddress(url: string): Address {
  if (url.startsWith("unix://")) {
    const path = url.slice("unix://".length);
    if (path.startsWith("/")) return { type: "unix", path };
    throw unusable(url, "a unix socket needs an absolute path");
  }
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || parsed.hostname === "") throw unusable(url, "it is not a URL");
  const hostname = parsed.hostname.replace(/^\[(.*)\]$/u, "$1");
  switch (parsed.protocol) {
    case "tcp:":
    case "http:":
    case "https:": {
      const tls = parsed.protocol === "https:";
      return { type: "tcp", hostname, port: portOf(parsed, tls), tls };
    }
    case "ssh:": {
      if (parsed.password !== "")
        throw unusable(url.replace(/:[^:@/]*@/u, ":…@"), "a password does not belong into a URL");
      const address = parseSshAddress(parsed);
      if (typeof address === "string") throw unusable(url, address);
      return address;
    }
    default:
      throw unusable(url, `qclock does not speak ${parsed.protocol}//`);
  }
}

/**
 * Whether the address is of this machine, so that no one else can listen in or answer in its place.
 */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "::1" || /^127(?:\.\d{1,3}){3}$/u.test(hostname);
}

/**
 * Whether the Engine shares this machine's files and network. Docker Desktop's sockets lead into a
 * virtual machine, also on Linux.
 */
export function isLocal(address: Address, platform: string): boolean {
  if (platform !== "linux") return false;
  switch (address.type) {
    case "unix":
      return !/\/\.docker\/(?:desktop|run)\/|\/\.colima\//u.test(address.path);
    case "tcp":
      return isLoopback(address.hostname);
    case "ssh":
      return false;
    default:
      return unreachable(address);
  }
}

function fromContext(name: string, origin: string, inputs: EndpointInputs): EndpointChoice {
  if (name !== "default") return { type: "context", name, origin };
  const host = inputs.environment.get("DOCKER_HOST");
  if (isSet(host)) return { type: "url", url: normalizeUrl(host), origin: "DOCKER_HOST" };
  return { type: "sockets", urls: listSockets(inputs) };
}

/** A host may be given as docker takes it: `unix://`, an absolute path, `host:port`. */
function normalizeUrl(host: string): string {
  const text = host.trim();
  if (text.startsWith("/")) return `unix://${text}`;
  if (text === "unix://") return "unix:///var/run/docker.sock";
  return text.includes("://") ? text : `tcp://${text}`;
}

function portOf(url: URL, tls: boolean): number {
  if (url.port !== "") return Number(url.port);
  return tls ? 2376 : 2375;
}

function isSet(value: string | undefined): value is string {
  return value !== undefined && value.trim() !== "";
}

function unusable(url: string, reason: string): QclockError {
  return new QclockError(
    "usage",
    `The Engine's address ${JSON.stringify(url)} cannot be used: ${reason}.`,
    {
      hint: "Write unix:///path, tcp://host:port or ssh://user@host.",
    },
  );
}
