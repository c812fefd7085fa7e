import { createHash } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { expect, test } from "vitest";
import { inheritSettings } from "../../../../src/image/config.ts";
import { createEmptyImage } from "../../../../src/image/empty-image.ts";
import { imageNamePrefix } from "../../../../src/stack/images/image-name.ts";
import { packImageArchive } from "../../../../src/image/image-layout.ts";
import type { ImageSettings } from "../../../../src/stack/stack.ts";
import type { Digest } from "../../../../src/digest.ts";
import { createWorkshop, FINGERPRINT } from "../../../support/assemble.ts";
import { file } from "../../../support/deb.ts";
import { readItems } from "../../../support/tar.ts";

const settings = (parts: Partial<ImageSettings> = {}): ImageSettings => ({
  environment: new Map(),
  exposedPorts: [],
  labels: new Map(),
  ...parts,
});

function sha256(bytes: Uint8Array): Digest {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

async function bytesOf(content: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of content) chunks.push(Uint8Array.from(chunk));
  return Buffer.concat(chunks);
}

test("the configuration says what the manifest declares, at the time of the epoch, with the labels of the stack", async () => {
  await using workshop = await createWorkshop();

  const { config } = await workshop.assemble({
    debs: [{ name: "a", files: [file("a", "a", { mode: 0o755 })] }],
    image: {
      config: settings({
        user: "10001:10001",
        command: ["/a"],
        environment: new Map([["LEVEL", "info"]]),
        exposedPorts: ["8080/tcp"],
        labels: new Map([["org.opencontainers.image.title", "A"]]),
        stopSignal: "SIGWINCH",
        workingDirectory: "/srv",
      }),
    },
  });

  expect(JSON.parse(Buffer.from(config).toString())).toMatchObject({
    architecture: "amd64",
    os: "linux",
    created: "2023-11-14T22:13:20Z",
    config: {
      User: "10001:10001",
      Cmd: ["/a"],
      Env: [expect.stringMatching(/^PATH=/), "LEVEL=info"],
      ExposedPorts: { "8080/tcp": {} },
      StopSignal: "SIGWINCH",
      WorkingDir: "/srv",
      Labels: {
        "org.opencontainers.image.title": "A",
        "dev.qclock.stack": "t-made-up",
        "dev.qclock.image": "made-up",
        "dev.qclock.fingerprint": FINGERPRINT,
      },
    },
  });
});

test("each digest is that of the bytes, and there is a line of history for each layer", async () => {
  await using workshop = await createWorkshop();
  const artifact = await workshop.assemble({
    debs: [{ name: "a", files: [file("a", "a")] }],
    image: { directories: [{ path: "/b", mode: 0o755, uid: 0, gid: 0 }] },
  });

  const config = JSON.parse(Buffer.from(artifact.config).toString());
  const manifest = JSON.parse(Buffer.from(artifact.manifest).toString());

  const diffIds = await Promise.all(
    artifact.layers.map(async ({ path }) => sha256(await readFile(path))),
  );
  expect(config.rootfs.diff_ids).toEqual(diffIds);
  expect(config.history).toHaveLength(diffIds.length);
  expect(artifact.configDigest).toBe(sha256(artifact.config));
  expect(artifact.manifestDigest).toBe(sha256(artifact.manifest));
  expect(manifest.config).toMatchObject({
    digest: artifact.configDigest,
    size: artifact.config.length,
  });
  expect(manifest.layers).toMatchObject(
    artifact.layers.map(({ diffId, sizeBytes }) => ({ digest: diffId, size: sizeBytes })),
  );
});

test("a parent's layers are the first of its child's, which names it", async () => {
  await using workshop = await createWorkshop();
  const parent = await workshop.assemble({ debs: [{ name: "a", files: [file("a", "a")] }] });

  const child = await workshop.assemble({ parent, debs: [{ name: "b", files: [file("b", "b")] }] });

  expect(child.layers.slice(0, 1)).toEqual(parent.layers);
  const { Labels } = JSON.parse(Buffer.from(child.config).toString()).config;
  expect(Labels["org.opencontainers.image.base.digest"]).toBe(parent.manifestDigest);
});

test("a child inherits settings; its entrypoint drops its parent's command", () => {
  const parent = settings({
    user: "1",
    command: ["old"],
    workingDirectory: "/w",
    environment: new Map([
      ["A", "1"],
      ["B", "1"],
    ]),
    exposedPorts: ["80/tcp"],
  });

  const same = inheritSettings(
    parent,
    settings({ environment: new Map([["B", "2"]]), exposedPorts: ["81/tcp"] }),
  );
  const other = inheritSettings(parent, settings({ entrypoint: ["/new"] }));

  expect(same).toMatchObject({
    user: "1",
    command: ["old"],
    workingDirectory: "/w",
    exposedPorts: ["80/tcp", "81/tcp"],
  });
  expect([...same.environment]).toEqual([
    ["A", "1"],
    ["B", "2"],
  ]);
  expect(other.entrypoint).toEqual(["/new"]);
  expect(other.command).toBeUndefined();
});

test("an archive is an OCI layout and has a docker manifest; its length is known, shared layers are in it once", async () => {
  await using workshop = await createWorkshop();
  const parent = await workshop.assemble({ debs: [{ name: "a", files: [file("a", "a")] }] });
  const child = await workshop.assemble({ parent, debs: [{ name: "b", files: [file("b", "b")] }] });

  const archive = packImageArchive([parent, child], { omitLayers: new Set() });
  const bytes = await bytesOf(archive.content);

  expect(bytes.length).toBe(archive.lengthBytes);
  const items = readItems(bytes);
  const names = items.map(({ path }) => path);
  expect(names).toEqual([...new Set(names)]);
  const blob = (digest: Digest): string => digest.replace("sha256:", "blobs/sha256/");
  expect(names).toEqual(
    expect.arrayContaining([
      "oci-layout",
      "index.json",
      "manifest.json",
      ...child.layers.map(({ diffId }) => blob(diffId)),
      blob(parent.configDigest),
      blob(child.manifestDigest),
    ]),
  );
  const content = new Map(items.map((item) => [item.path, item.content]));
  expect(JSON.parse(content.get("manifest.json") ?? "")).toEqual(
    [parent, child].map(({ configDigest, layers }) => ({
      Config: blob(configDigest),
      RepoTags: null,
      Layers: layers.map(({ diffId }) => blob(diffId)),
    })),
  );
  expect(JSON.parse(content.get("index.json") ?? "").manifests).toMatchObject([
    { digest: parent.manifestDigest },
    { digest: child.manifestDigest },
  ]);
});

test("layers that the Engine has are named and left out", async () => {
  await using workshop = await createWorkshop();
  const artifact = await workshop.assemble({ debs: [{ name: "a", files: [file("a", "a")] }] });
  const held = artifact.layers.map(({ diffId }) => diffId);

  const archive = packImageArchive([artifact], { omitLayers: new Set(held) });
  const bytes = await bytesOf(archive.content);

  const items = readItems(bytes);
  expect(items.map(({ path }) => path)).not.toContain(held[0]?.replace("sha256:", "blobs/sha256/"));
  expect(items.find(({ path }) => path === "manifest.json")?.content).toContain(
    held[0]?.replace("sha256:", ""),
  );
});

test("a layer that has left the store while an image is sent is the store's failure", async () => {
  await using workshop = await createWorkshop();
  const image = await workshop.assemble({ debs: [{ name: "a", files: [file("a", "a")] }] });
  const { content } = packImageArchive([image], { omitLayers: new Set() });
  await rm(image.layers[0]?.path ?? "");

  await expect(bytesOf(content)).rejects.toMatchObject({
    code: "store-unusable",
    message: `The store's copy of layer ${image.layers[0]?.diffId} cannot be read.`,
  });
});

test("the empty image is the same everywhere, has a command and one layer without entries", () => {
  const image = createEmptyImage("amd64");

  const config = JSON.parse(Buffer.from(image.config).toString());
  expect(config.config.Cmd).toHaveLength(1);
  expect(config.rootfs.diff_ids).toEqual([sha256(Buffer.alloc(1024))]);
  expect(image.configDigest).toBe(createEmptyImage("amd64").configDigest);
});

test("the empty image has the name of no stack's image, not even of a stack called qclock", () => {
  const { reference } = createEmptyImage("amd64");

  for (const stack of ["qclock", "empty"])
    expect(reference.startsWith(`${imageNamePrefix}/${stack}/`)).toBe(false);
});
