import { spawn } from "node:child_process";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { execa } from "execa";
import type { StackResult } from "./results.ts";

/**
 * Sizes of the images that qclock built for a stack, by the images' names, smallest first.
 * Compressed, they can be put beside what registries tell of theirs; layers of a base count in each
 * image that stands on it.
 */
export async function imageSizes(stack: string): Promise<StackResult["images"]> {
  const prefix = `qclock.invalid/${stack}/`;
  const filter = ["--filter", `reference=${prefix}*`, "--format", "{{.Repository}}"];
  const { stdout } = await execa("docker", ["image", "ls", ...filter]);
  const sizes: [string, StackResult["images"][string]][] = [];
  for (const repository of stdout.split("\n").filter((line) => line !== "")) {
    const image = `${repository}:latest`;
    const inspected = await execa("docker", ["image", "inspect", "--format", "{{.Size}}", image]);
    const unpackedBytes = Number(inspected.stdout);
    const compressedBytes = await compressedBytesOf(image);
    sizes.push([repository.slice(prefix.length), { unpackedBytes, compressedBytes }]);
  }
  return Object.fromEntries(
    sizes.toSorted(([, one], [, other]) => one.unpackedBytes - other.unpackedBytes),
  );
}

async function compressedBytesOf(image: string): Promise<number> {
  const saving = spawn("docker", ["image", "save", image], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const { promise: exitCode, resolve, reject } = Promise.withResolvers<number | null>();
  saving.on("close", resolve).on("error", reject);
  let bytes = 0;
  await pipeline(saving.stdout, createGzip(), async (chunks: AsyncIterable<Uint8Array>) => {
    for await (const chunk of chunks) bytes += chunk.length;
  });
  if ((await exitCode) !== 0) throw new Error(`docker image save ${image} ended badly`);
  return bytes;
}
