import { stat } from "node:fs/promises";
import { QclockError } from "../error.ts";
import {
  dockerConfigDirectory,
  readCurrentContext,
  readDockerContext,
} from "./connection/docker-context.ts";
import {
  chooseEndpoint,
  type EndpointInputs,
  isLocal,
  parseAddress,
} from "./connection/endpoint.ts";

/** The socket of an Engine of this machine. */
export interface LocalSocket {
  readonly path: string;
  /** Number of the group that it belongs to. */
  readonly gid: number;
}

/**
 * The socket of the Engine that a command would use, without asking anything of it; undefined where
 * that Engine has none on this machine, or where its choice is one that `connectEngine` refuses.
 */
export async function findLocalSocket(
  inputs: Omit<EndpointInputs, "currentContext"> & { readonly platform: string },
): Promise<LocalSocket | undefined> {
  try {
    for (const url of await listUrls(inputs)) {
      const address = parseAddress(url);
      if (address.type !== "unix" || !isLocal(address, inputs.platform)) continue;
      const found = await stat(address.path).catch(() => undefined);
      if (found?.isSocket() === true) return { path: address.path, gid: found.gid };
    }
  } catch (error) {
    if (!(error instanceof QclockError)) throw error;
  }
  return undefined;
}

async function listUrls(inputs: EndpointInputs): Promise<readonly string[]> {
  const directory = dockerConfigDirectory(inputs.environment, inputs.homeDirectory);
  const currentContext = await readCurrentContext(directory);
  const choice = chooseEndpoint({ ...inputs, currentContext });
  if (choice.type === "sockets") return choice.urls;
  if (choice.type === "url") return [choice.url];
  return [(await readDockerContext(directory, choice.name)).url];
}
