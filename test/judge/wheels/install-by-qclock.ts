import { open, readFile } from "node:fs/promises";
import { homedir } from "node:os";
import type { Layer } from "../../../src/image/layers/layer.ts";
import { buildWheelsLayer } from "../../../src/image/layers/wheels-layer.ts";
import type { ImagePython } from "../../../src/packages/image-python.ts";
import { findIndex } from "../../../src/packages/wheels/find-index.ts";
import { withWheels } from "../../../src/packages/lock/lock-wheels.ts";
import { SimpleIndex } from "../../../src/packages/wheels/python-index.ts";
import { parseRequirementsFile } from "../../../src/python/requirements-file.ts";
import type { Downloader } from "../../../src/store/downloader.ts";
import { noSources } from "../../../src/packages/lock/locked-files.ts";
import { aLockedPackage } from "../../support/a-lock.ts";
import { aPackageStack } from "../../support/lock-request.ts";
import type { TreeFile } from "./read-tree.ts";

/** Packages of Debian 12 that say which Python an image has. */
const packages = [
  "python3 3.11.2-1+b1",
  "python3.11-minimal 3.11.2-6+deb12u6",
  "libc6 2.36-9+deb12u13",
].map((line) => aLockedPackage(line));

/** The wheels of a requirements file as an image would have them. */
export async function installByQclock(request: {
  readonly file: string;
  readonly python: ImagePython;
  readonly downloader: Downloader;
}): Promise<{ readonly tree: ReadonlyMap<string, TreeFile>; readonly wheels: number }> {
  const { file, python, downloader } = request;
  const { store } = downloader;
  const signal = new AbortController().signal;
  const environment = new Map(
    Object.entries(process.env).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value]],
    ),
  );
  const places = (): ReturnType<typeof findIndex> =>
    findIndex({ environment, homeDirectory: homedir(), manifestIndex: undefined });
  const index = new SimpleIndex({ downloader, places, signal });
  const { requirements, problems } = parseRequirementsFile(await readFile(file, "utf8"));
  if (problems.length > 0) throw new Error(problems.map(({ message }) => message).join("\n"));
  const stack = aPackageStack({ app: [] });
  const app = stack.images.get("app");
  if (app?.type !== "assembled") throw new Error("the stack has no image");
  const wheels = { file, displayPath: file, requirements };
  const images = await withWheels(
    {
      stack: { ...stack, images: new Map([["app", { ...app, wheels }]]) },
      existing: undefined,
      mode: "use",
      mirrors: noSources.mirrors,
      pythonIndex: async () => index,
      downloader,
      now: new Date(),
      onPhase: () => undefined,
      onProgress: () => undefined,
      signal,
    },
    new Map([["app", { packages }]]),
    undefined,
  );
  const locked = images.get("app")?.wheels?.files ?? [];
  const layer = await buildWheelsLayer({
    image: "app",
    wheels: locked,
    python,
    below: [],
    epoch: 1_600_000_000,
    filePath: async (digest) => (await store.find(digest)) ?? "",
    store,
    signal,
  });
  return { tree: treeOf(layer, python), wheels: locked.length };
}

/** The files of a layer as `pip install --target` lays them out. */
function treeOf(layer: Layer, python: ImagePython): ReadonlyMap<string, TreeFile> {
  const files = new Map<string, TreeFile>();
  for (const { path, type, mode, digest, offset = 0, size } of layer.entries) {
    if (type !== "file") continue;
    const isModule = path.startsWith(`${python.sitePackages}/`);
    const name = path.slice((isModule ? python.sitePackages : python.prefix).length + 1);
    files.set(name, {
      sha256: digest?.slice("sha256:".length) ?? "",
      isExecutable: (mode & 0o111) !== 0,
      text: async () => {
        await using handle = await open(layer.path);
        const { buffer } = await handle.read(Buffer.alloc(size), 0, size, offset);
        return buffer.toString("utf8");
      },
    });
  }
  return files;
}
