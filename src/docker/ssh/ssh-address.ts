/** A machine that is reached over ssh, and the Engine's socket there. */
export interface SshAddress {
  readonly type: "ssh";
  readonly hostname: string;
  readonly port?: string;
  readonly user?: string;
  /** Absolute; absent: where docker on that machine looks. */
  readonly socketPath?: string;
}

/**
 * Take an `ssh://` URL apart; a text says why it cannot be used. Only names that no shell and no
 * option parser can take for more are let through, as OpenSSH itself does since 9.6: older ones put
 * them into the shell of a ProxyCommand.
 */
export function parseSshAddress(url: URL): SshAddress | string {
  const { hostname, port } = url;
  const [user, socketPath] = [url.username, url.pathname].map(decode);
  if (user === undefined || socketPath === undefined) return "it holds a broken %-escape";
  const host = hostname.replace(/^\[(.*)\]$/u, "$1");
  if (!/^[A-Za-z0-9_][A-Za-z0-9._:-]*$/u.test(host)) return "this is no name of a host";
  if (user !== "" && !/^[A-Za-z0-9_][A-Za-z0-9_.+@-]*\$?$/u.test(user))
    return "this is no name of a user";
  if (/\p{Cc}/u.test(socketPath)) return "its path holds a control character";
  return {
    type: "ssh",
    hostname: host,
    ...(port === "" ? {} : { port }),
    ...(user === "" ? {} : { user }),
    ...(socketPath === "" || socketPath === "/" ? {} : { socketPath }),
  };
}

/**
 * Arguments for ssh that say which machine is meant and how it is reached, with further options; a
 * command may follow them.
 */
export function sshArguments(
  { hostname, port, user }: SshAddress,
  options: readonly string[] = [],
): readonly string[] {
  return [
    "-T",
    // Several connections open at once, and none of them may ask anything.
    "-o",
    "BatchMode=yes",
    "-o",
    "ConnectTimeout=15",
    ...options,
    ...(user === undefined ? [] : ["-l", user]),
    ...(port === undefined ? [] : ["-p", port]),
    "--",
    hostname,
  ];
}

/**
 * What is run at the other end to reach the Engine there. The shell at the other end gets it as one
 * text, so it is quoted for it.
 */
export function dialWords({ socketPath }: SshAddress): readonly string[] {
  return [...engineCommand(socketPath), "system", "dial-stdio"];
}

/** What is run at the other end to learn where docker finds the Engine there. */
export const askWords: readonly string[] = [
  "docker",
  "context",
  "inspect",
  "--format",
  quote("{{.Endpoints.docker.Host}}"),
];

/** The command at the other end, which a machine with podman alone has by that name. */
function engineCommand(socketPath: string | undefined): readonly string[] {
  if (socketPath === undefined) return ["docker"];
  const url = quote(`unix://${socketPath}`);
  return socketPath.endsWith("/podman.sock") ? ["podman", "--url", url] : ["docker", "--host", url];
}

/** One word of a POSIX shell; what needs no quotes is left readable. */
function quote(word: string): string {
  return /^[A-Za-z0-9_./:@%+=,-]+$/u.test(word)
    ? word
    : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
