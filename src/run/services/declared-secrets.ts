import type { Engine } from "../../docker/engine.ts";
import { engineStatus } from "../../docker/errors.ts";
import { QclockError } from "../../error.ts";
import type { Observed } from "../../plan/observed.ts";
import { readWhole } from "../../project/open.ts";
import { activeServices } from "../../stack/profiles.ts";
import type { Secret } from "../../stack/stack.ts";
import type { RunContext } from "../context.ts";

/**
 * Bytes of a tar header and of what everything is padded to; where in it the size and the type
 * stand.
 */
const HEADER = 512;
const [SIZE_AT, SIZE_END, TYPE_AT] = [124, 135, 156];
/** What an archive of one small file may hold beside its content: headers, and the padding.  */
const beside = 64 * 1024;

/**
 * Services whose containers hold other secrets than the files and variables do now. The content
 * itself is compared, as it is in the container: a label that could tell would be one that a weak
 * secret can be guessed from. Containers that are not there, or not ours, are made anew with what
 * is declared.
 *
 * Throws `usage` for a secret whose file or variable is missing, whether or not a container needs
 * it yet.
 */
export async function findChangedSecrets(
  context: Pick<RunContext, "stack" | "secretVariable" | "engine" | "signal">,
  { containers }: Pick<Observed, "containers">,
): Promise<ReadonlySet<string>> {
  const { stack, signal } = context;
  const declared = new Map<string, Buffer>();
  const idle = new Set(
    [...stack.services.values()]
      .filter(({ name }) => stack.inactive?.has(name) === true)
      .flatMap(({ secrets }) => secrets.map(({ secret }) => secret)),
  );
  for (const { secrets } of activeServices(stack))
    for (const { secret } of secrets) idle.delete(secret);
  for (const secret of stack.secrets.values()) {
    // What services of inactive profiles alone need may be missing.
    if (secret.source.type === "generate" || idle.has(secret.name)) continue;
    declared.set(secret.name, await readDeclaredSecret(context, secret));
  }
  if (declared.size === 0) return new Set();
  const engine = await context.engine();
  const changed = await Promise.all(
    Array.from(stack.services.values(), async ({ name, containerName, secrets }) => {
      const container = containers.find((one) => one.ours && one.name === containerName);
      if (container === undefined) return [];
      const same = await Promise.all(
        secrets.map(async ({ secret, target: path }) => {
          const value = declared.get(secret);
          const { id } = container;
          return value === undefined || (await holds(engine, { id, path, value, signal }));
        }),
      );
      return same.every(Boolean) ? [] : [name];
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
      if (bytes > value.length + beside) return false;
    }
  } catch (error) {
    // The file, or the container, went away meanwhile.
    if (engineStatus(error) === 404) return false;
    throw error;
  }
  return contentOf(Buffer.concat(chunks))?.equals(value) === true;
}

/** The content of the only file of an archive; undefined where there is none. */
function contentOf(tar: Buffer): Buffer | undefined {
  for (let at = 0; at + HEADER <= tar.length;) {
    const size = Number.parseInt(tar.toString("latin1", at + SIZE_AT, at + SIZE_END), 8);
    const type = tar.toString("latin1", at + TYPE_AT, at + TYPE_AT + 1);
    if (Number.isNaN(size)) return undefined;
    const content = at + HEADER;
    if (type === "0" || type === "\0") return tar.subarray(content, content + size);
    // Headers that tell of the file after them, such as what its own header has no room for.
    if (!["x", "g", "L"].includes(type)) return undefined;
    at = content + Math.ceil(size / HEADER) * HEADER;
  }
  return undefined;
}

/**
 * The content of a secret that comes from a file or a variable. Throws `usage` where there is none.
 */
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
