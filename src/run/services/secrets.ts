import { randomInt } from "node:crypto";
import { engineStatus } from "../../docker/errors.ts";
import { fillVolume, type VolumeRoot } from "../../docker/fill-volume.ts";
import { readFirst } from "../../archive/read-members.ts";
import { tarHeader } from "../../archive/tar-header.ts";
import { tarPadding } from "../../archive/tar.ts";
import { secretsHash } from "../../plan/volumes/plan-volumes.ts";
import { generatedVolumeName, secretsVolumeName } from "../../plan/volumes/secret-volumes.ts";
import { labels } from "../../stack/labels.ts";
import type { Secret, Service, Stack } from "../../stack/stack.ts";
import type { RunContext } from "../context.ts";
import { readDeclaredSecret } from "./declared-secrets.ts";
import { type HelperContext, helperMount, withHelper } from "./helper.ts";
import type { WrittenSecrets } from "./written-secrets.ts";

const ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";

interface SecretsRequest extends HelperContext {
  readonly stack: Stack;
  readonly service: Service;
  readonly owner: { readonly uid: number; readonly gid: number };
  readonly labels: ReadonlyMap<string, string>;
  readonly secretVariable: RunContext["secretVariable"];
}

/**
 * Make and fill the volume of one service's secrets: files that its user can read, mounted
 * read-only by the service. A volume that is not filled to the end is removed again, so that no
 * half of it is used. Resolves with the records on the volumes.
 */
export async function writeSecrets(
  request: SecretsRequest,
): Promise<Omit<WrittenSecrets, "image">> {
  const { engine, stack, service, signal } = request;
  // Read while the volume and its helper are made; whoever awaits it gets the failure.
  const reading = readValues(request);
  reading.catch(() => undefined);
  const name = secretsVolumeName(stack.name, service.name);
  const made = await engine.createVolume(
    name,
    new Map([
      ...request.labels,
      [labels.secrets, service.secrets.map(({ secret }) => secret).join(",")],
      [labels.configHash, secretsHash(service)],
    ]),
    signal,
  );
  try {
    await withHelper(request, name, async (containerId) => {
      const { values } = await reading;
      const pack = (root: VolumeRoot): Uint8Array => packSecrets(request, { root, values });
      await fillVolume(engine, { containerId, target: helperMount, pack, signal });
    });
  } catch (error) {
    await engine.removeVolume(name, AbortSignal.timeout(5000)).catch(() => undefined);
    throw error;
  }
  const { generated } = await reading;
  return { volume: made.get(labels.record) ?? "", generated };
}

function packSecrets(
  { service, owner }: Pick<SecretsRequest, "service" | "owner">,
  { root, values }: { readonly root: VolumeRoot; readonly values: ReadonlyMap<string, Buffer> },
): Uint8Array {
  const files = service.secrets.map(({ secret, target, mode, uid, gid }) => ({
    name: target.slice("/run/secrets/".length),
    content: values.get(secret) ?? Buffer.alloc(0),
    mode,
    uid: uid ?? owner.uid,
    gid: gid ?? owner.gid,
  }));
  return packFiles(files, { root, owner });
}

/** Values by name, and the record on the volume of those that are generated. */
interface SecretValues {
  readonly values: ReadonlyMap<string, Buffer>;
  readonly generated: string;
}

async function readValues(request: SecretsRequest): Promise<SecretValues> {
  const { stack, service } = request;
  const values = new Map<string, Buffer>();
  const wanted: Secret[] = [];
  for (const { secret: name } of service.secrets) {
    const secret = stack.secrets.get(name);
    if (secret === undefined) continue;
    if (secret.source.type === "generate") wanted.push(secret);
    else values.set(name, await readDeclaredSecret(request, secret));
  }
  if (wanted.length === 0) return { values, generated: "" };
  const known = await generatedValues(request, wanted);
  return { values: new Map([...known.values, ...values]), generated: known.generated };
}

const nothingKnown: SecretValues = { values: new Map(), generated: "" };

/** By run: one service at a time, so that two that share a secret get the same one. */
const turns = new Map<string, Promise<SecretValues>>();

async function generatedValues(
  request: SecretsRequest,
  wanted: readonly Secret[],
): Promise<SecretValues> {
  const before = turns.get(request.runId) ?? Promise.resolve(nothingKnown);
  const turn = before
    .catch(() => nothingKnown)
    .then(async (known) => {
      const missing = wanted.filter(({ name }) => !known.values.has(name));
      if (missing.length === 0) return known;
      const { values, generated } = await takeGenerated(request, missing);
      return { values: new Map([...known.values, ...values]), generated };
    });
  turns.set(request.runId, turn);
  return turn;
}

/**
 * Read the generated secrets from the stack's own volume, and make those that are missing. They
 * live nowhere else but in the services' volumes.
 */
async function takeGenerated(
  request: SecretsRequest,
  wanted: readonly Secret[],
): Promise<SecretValues> {
  const { engine, stack, signal } = request;
  const volume = generatedVolumeName(stack.name);
  const made = await engine.createVolume(volume, request.labels, signal);
  return withHelper(request, volume, async (id) => {
    const fresh: TarFile[] = [];
    const read = wanted.map(async ({ name, source }) => {
      const present = await readFromVolume(request, id, name);
      const length = source.type === "generate" ? source.length : 32;
      const value = present ?? Buffer.from(generate(length));
      if (present === undefined) fresh.push({ name, content: value, mode: 0o400, uid: 0, gid: 0 });
      return [name, value] as const;
    });
    const values = new Map(await Promise.all(read));
    if (fresh.length > 0) {
      const owner = { uid: 0, gid: 0 };
      const pack = (root: VolumeRoot): Uint8Array => packFiles(fresh, { root, owner });
      await fillVolume(engine, { containerId: id, target: helperMount, pack, signal });
    }
    return { values, generated: made.get(labels.record) ?? "" };
  });
}

async function readFromVolume(
  { engine, signal }: SecretsRequest,
  container: string,
  name: string,
): Promise<Buffer | undefined> {
  try {
    const archive = await engine.getArchive(container, `${helperMount}/${name}`, signal);
    const content = await readFirst(archive, Infinity);
    return content.length > 0 ? content : undefined;
  } catch (error) {
    // Only an absence: to take a passing fault for one would make a second password for a database
    // that knows the first.
    if (engineStatus(error) === 404) return undefined;
    throw error;
  }
}

/** Some 5.8 bits a character, without those that look alike. */
function generate(length: number): string {
  return Array.from({ length }, () => ALPHABET[randomInt(ALPHABET.length)]).join("");
}

interface TarFile {
  readonly name: string;
  readonly content: Buffer;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

function packFiles(
  files: readonly TarFile[],
  {
    root: { folder, mode: rootMode },
    owner,
  }: { readonly root: VolumeRoot; readonly owner: { readonly uid: number; readonly gid: number } },
): Uint8Array {
  const parts = [tarHeader(`${folder}/`, 0, { mode: rootMode, flag: "5", ...owner })];
  for (const { name, content, mode, uid, gid } of files) {
    parts.push(
      tarHeader(`${folder}/${name}`, content.length, { mode, uid, gid }),
      content,
      Buffer.alloc(tarPadding(content.length)),
    );
  }
  return Buffer.concat([...parts, Buffer.alloc(1024)]);
}
