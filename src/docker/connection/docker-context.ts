import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod/mini";
import { QclockError } from "../../error.ts";
import { systemCode } from "../errors.ts";

/** Where a docker context leads. */
export interface DockerContext {
  readonly url: string;
  readonly skipTlsVerify: boolean;
  /** Folder with `ca.pem`, `cert.pem` and `key.pem`; undefined when the context has none. */
  readonly tlsDirectory: string | undefined;
}

const configSchema = z.object({ currentContext: z.optional(z.string()) });

const metaSchema = z.object({
  Endpoints: z.object({
    docker: z.object({
      Host: z.string().check(z.minLength(1)),
      SkipTLSVerify: z.optional(z.boolean()),
    }),
  }),
});

/** Folder of docker's own configuration: DOCKER_CONFIG, else `~/.docker`. */
export function dockerConfigDirectory(
  environment: ReadonlyMap<string, string>,
  homeDirectory: string,
): string {
  const directory = environment.get("DOCKER_CONFIG");
  return directory === undefined || directory === "" ? join(homeDirectory, ".docker") : directory;
}

/**
 * `currentContext` of docker's `config.json`; undefined when there is none. A file that cannot be
 * understood is nobody's choice and is passed over, as nothing else in it matters here.
 */
export async function readCurrentContext(configDirectory: string): Promise<string | undefined> {
  const text = await readText(join(configDirectory, "config.json"));
  if (text === undefined) return undefined;
  return configSchema.safeParse(parseJson(text)).data?.currentContext;
}

/** Read a docker context. Contexts lie under the SHA-256 of their names. */
export async function readDockerContext(
  configDirectory: string,
  name: string,
): Promise<DockerContext> {
  const id = createHash("sha256").update(name).digest("hex");
  const path = join(configDirectory, "contexts", "meta", id, "meta.json");
  const text = await readText(path);
  if (text === undefined) {
    throw new QclockError(
      "engine-unreachable",
      `There is no docker context ${JSON.stringify(name)}.`,
      {
        hint: "`docker context ls` lists the contexts; `--host URL` does without one.",
        details: [`looked for ${path}`],
      },
    );
  }
  const meta = metaSchema.safeParse(parseJson(text));
  if (!meta.success) {
    throw new QclockError(
      "engine-unreachable",
      `The docker context ${JSON.stringify(name)} names no Engine.`,
      {
        hint: `Look at ${path}, or make the context again with \`docker context create\`.`,
      },
    );
  }
  const docker = meta.data.Endpoints.docker;
  const tlsDirectory = join(configDirectory, "contexts", "tls", id, "docker");
  return {
    url: docker.Host,
    skipTlsVerify: docker.SkipTLSVerify ?? false,
    tlsDirectory: (await isDirectory(tlsDirectory)) ? tlsDirectory : undefined,
  };
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const code = systemCode(error);
    if (code === "ENOENT" || code === "ENOTDIR" || code === "EACCES") return undefined;
    throw error;
  }
}

async function isDirectory(path: string): Promise<boolean> {
  return await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
