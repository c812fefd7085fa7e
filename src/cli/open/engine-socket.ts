import { findLocalSocket } from "../../docker/local-socket.ts";
import type { Session } from "./session.ts";
import type { Variables } from "./variables.ts";

/**
 * The variables with those that tell of the Engine's socket on this machine, for a stack that has a
 * reason to mount it: its path is often the same, the number of its group hardly ever. What the
 * environment or a file says goes before; where the Engine is elsewhere there are none.
 */
export async function withEngineSocket(
  variables: Variables,
  { settings, host }: Pick<Session, "settings" | "host">,
): Promise<Variables> {
  const socket = await findLocalSocket({
    host: settings.host,
    contextName: settings.context,
    environment: host.environment,
    homeDirectory: host.homeDirectory,
    platform: process.platform,
  });
  if (socket === undefined) return variables;
  const { environment, origins } = variables;
  const facts = [
    ["QCLOCK_ENGINE_SOCKET", socket.path],
    ["QCLOCK_ENGINE_SOCKET_GROUP", String(socket.gid)],
  ] as const;
  const told = facts.filter(([name]) => !environment.has(name));
  return {
    ...variables,
    environment: new Map([...environment, ...told]),
    origins: new Map([...origins, ...told.map(([name]) => [name, "Engine"] as const)]),
  };
}
