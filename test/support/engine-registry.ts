import * as z from "zod";
import { engineApi, engineText } from "./engine-api.ts";

// What the Engine does with a registry, by its API.

/** No account: the Engine wants the header all the same. */
const anonymous = { "X-Registry-Auth": Buffer.from("{}").toString("base64") };

const progressSchema = z.object({
  error: z.string().optional(),
  aux: z.object({ Digest: z.string().optional() }).optional(),
});

/** Give an image a further name. */
export async function tagImage(image: string, repository: string, tag: string): Promise<void> {
  const query = new URLSearchParams({ repo: repository, tag });
  await engineApi("POST", `/images/${image}/tag?${query.toString()}`);
}

/** Push; resolves with the digest that the registry knows it by. */
export async function pushImage(repository: string, tag: string): Promise<string> {
  const messages = await progress(`/images/${repository}/push?tag=${tag}`);
  const digest = messages.findLast(({ aux }) => aux?.Digest !== undefined)?.aux?.Digest;
  if (digest === undefined) throw new Error(`The push of ${repository}:${tag} told no digest.`);
  return digest;
}

export async function pullByDigest(repository: string, digest: string): Promise<void> {
  await progress(`/images/create?fromImage=${repository}&tag=${digest}`);
}

/** Remove names of images, those that are not there included. */
export async function removeImages(references: readonly string[]): Promise<void> {
  for (const reference of references) {
    await engineApi("DELETE", `/images/${reference}`).catch((error: unknown) => {
      if (!(error instanceof Error) || !error.message.includes(": 404 ")) throw error;
    });
  }
}

/** The Engine answers 200 at once; a failure is a message among others. */
async function progress(path: string): Promise<readonly z.infer<typeof progressSchema>[]> {
  const text = await engineText("POST", path, { headers: anonymous });
  const messages = text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => progressSchema.parse(JSON.parse(line)));
  const failed = messages.find(({ error }) => error !== undefined);
  if (failed !== undefined) throw new Error(`${path}: ${failed.error}`);
  return messages;
}
