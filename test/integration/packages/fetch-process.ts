/**
 * A process of its own that brings files into a store: `node fetch-process.ts <store> <url> <files
 * as JSON>`. Several of them at once are what a user has who builds two stacks.
 */
import { setTimeout } from "node:timers/promises";
import * as z from "zod";
import { fetchPackages } from "../../../src/packages/fetch/fetch.ts";
import { openStore } from "../../../src/store/disk-store.ts";
import { createDownloader } from "../../../src/store/downloader.ts";

const [directory = "", url = "", files = "[]"] = process.argv.slice(2);
const packages = z
  .array(
    z.object({
      path: z.string(),
      sizeBytes: z.number(),
      digest: z.templateLiteral(["sha256:", z.string()]),
    }),
  )
  .parse(JSON.parse(files));
const paths = await fetchPackages({
  packages: packages.map((entry) => ({
    ...entry,
    name: entry.path,
    version: "1",
    architecture: "all",
    archive: "main",
  })),
  mirrors: () => Promise.resolve({ main: url, security: url, origin: "the test" }),
  downloader: createDownloader({
    environment: new Map(),
    store: await openStore(directory),
    offline: false,
    onRetry: console.error,
    sleep: async (durationMs, signal) => await setTimeout(durationMs, undefined, { signal }),
  }),
  concurrency: 4,
  onProgress: () => {},
  signal: new AbortController().signal,
});
console.log(JSON.stringify([...paths.values()]));
