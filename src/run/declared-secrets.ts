import type { Engine } from "../docker/engine.ts";
import { engineStatus } from "../docker/errors.ts";
import { QclockError } from "../error.ts";
import type { Observed } from "../plan/observed.ts";
import { readWhole } from "../project/open.ts";
import type { Secret } from "../stack/stack.ts";
import type { RunContext } from "./context.ts";

/** Bytes of a tar header, and where in it the size stands. */
const HEADER = 512;
const [SIZE_AT, SIZE_END] = [124, 135];

/**
 * Services whose containers hold other secrets than the files and variables do now. The content itself is compared, as it
 * is in the container: a label that could tell would be one that a weak secret can be guessed from. Containers that
 * are not there, or not ours, are made anew with what is declared.
 *
 * Throws `usage` for a secret whose file or variable is missing, whether or not a container needs it yet.
 */
export async function findChangedSecrets(
  context: Pick<RunContext, "stack" | "secretVariable" | "engine" | "signal">,
  { containers }: Pick<Observed, "containers">,
): Promise<ReadonlySet<string>> {
  const { stack, signal } = context;
  const declared = new Map<string, Buffer>();
  for (const secret of stack.secrets.values()) {
    if (secret.source.type === "generate") continue;
    declared.set(secret.name, await readDeclaredSecret(context, secret));
  }
  if (declared.size === 0) return new Set();
  const engine = await context.engine();
  const changed = await Promise.all(
    Array.from(stack.services.values(), async ({ name, containerName, secrets }) => {
      const container = containers.find((one) => one.ours && one.name === containerName);
      if (container === undefined) return [];
      for (const { secret, target } of secrets) {
        const value = declared.get(secret);
        if (value === undefined) continue;
        const file = { id: container.id, path: target, value, signal };
        if (!(await holds(engine, file))) return [name];
      }
      return [];
    }),
  );
  return new Set(changed.flat());
}

/** Whether a container has a file with just this content. */
async function holds(
  engine: Engine,
  file: {
    readonly id: string;
    readonly path: string;
    readonly value: Buffer;
    readonly signal: AbortSignal;
  },
): Promise<boolean> {
  const { id, path, value, signal } = file;
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of await engine.getArchive(id, path, signal)) {
      chunks.push(chunk);
      bytes += chunk.length;
      // Larger than the value can be: another file, and perhaps a large one.
      if (bytes > HEADER + value.length + 64 * 1024) return false;
    }
  } catch (error) {
    // The file, or the container, went away meanwhile.
    if (engineStatus(error) === 404) return false;
    throw error;
  }
  const tar = Buffer.concat(chunks);
  const size = Number.parseInt(tar.toString("latin1", SIZE_AT, SIZE_END), 8);
  return size === value.length && tar.subarray(HEADER, HEADER + size).equals(value);
}

/** The content of a secret that comes from a file or a variable. Throws `usage` where there is none. */
export async function readDeclaredSecret(
  context: Pick<RunContext, "secretVariable">,
  { name, source }: Secret,
): Promise<Buffer> {
  if (source.type === "file") {
    try {
      return await readWhole(source.path);
    } catch (error) {
      if (error instanceof QclockError) throw error;
      throw new QclockError("usage", `The file of secret "${name}" cannot be read.`, {
        cause: error,
      });
    }
  }
  const variable = source.type === "environment" ? source.variable : "";
  const value = context.secretVariable(variable);
  if (value !== undefined && value !== "") return Buffer.from(value);
  throw new QclockError(
    "usage",
    `Secret "${name}" comes from the variable ${variable}, which is not set.`,
    {
      hint: `Set ${variable} in the environment, or let qclock make the secret: generate: true.`,
    },
  );
}
