import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import * as z from "zod";
import { inPieces } from "../support/bundles.ts";
import { connectTestEngine } from "../support/engines.ts";
import { type Ended, Rig } from "../support/rig.ts";
import { contentsOf } from "../support/tar.ts";

/** Another machine than this one. */
const other = process.arch === "arm64" ? "amd64" : "arm64";
const platform = `linux/${other}`;
/** ELF's number of it. */
const machine = other === "arm64" ? 0xb7 : 0x3e;

/** What OCI's documents say, as far as they are read here. */
const descriptor = z.object({ digest: z.string(), size: z.number() });
const index = z.object({
  manifests: z.array(descriptor.extend({ annotations: z.record(z.string(), z.string()) })),
});
const manifest = z.object({ config: descriptor, layers: z.array(descriptor) });
const config = z.looseObject({
  architecture: z.string(),
  variant: z.string().optional(),
  rootfs: z.object({ diff_ids: z.array(z.string()) }),
});

test("images for other machines are built from their packages, the same each time, into a bundle", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "qclock-platform-"));
  try {
    await using rig = await Rig.create("tiny");
    const native = await succeeds(rig.qclock(["build", "--json"]));
    const lockBefore = await readFile(path.join(rig.directory, "stack.lock.yaml"), "utf8");

    const refused = await rig.qclock(["up", "--platform", platform]);
    expect(refused).toMatchObject({ exitCode: 6, stdout: "" });
    expect(refused.stderr).toMatch(
      new RegExp(`error: The Engine runs linux/\\w+, and cannot run images for ${platform}\\.`),
    );
    expect(refused.stderr).toContain(`qclock bundle save FILE --images --platform ${platform}`);
    await expect(readFile(path.join(rig.directory, "stack.lock.yaml"), "utf8")).resolves.toBe(
      lockBefore,
    );

    const missing = await rig.qclock(["lock", "--check", "--platform", platform]);
    expect(missing.exitCode).toBe(1);
    expect(missing.stderr).toContain(`qclock lock --os debian-12 --platform ${platform}`);
    const locked = await succeeds(rig.qclock(["lock", "--platform", platform]));
    expect(locked.stdout).toBe(`written: 1 package for debian-12/${other}\n`);
    // Of a first lock everything is new: the packages are not listed as changes.
    expect(locked.stderr).not.toMatch(/added|busybox-static/);

    const built = await succeeds(rig.qclock(["build", "--platform", platform]));
    expect(built.stdout).toMatch(
      /^(?:qclock\.invalid\/\S+\/(?:base|web):latest@sha256:[0-9a-f]{64}\n){2}$/,
    );
    await succeeds(rig.qclock(["lock", "--check", "--platform", platform]));
    await succeeds(rig.qclock(["build", "--locked", "--offline", "--platform", platform]));
    // Those of this machine are where they were, and the lock says of them what it said.
    const again = await succeeds(rig.qclock(["build", "--locked", "--json"]));
    expect(imagesOf(again)).toEqual(imagesOf(native));
    expect(again.stderr).toContain("nothing to do");

    // In a store of its own, without an Engine.
    const environment = { QCLOCK_STORE: folder, DOCKER_HOST: "unix:///nowhere/docker.sock" };
    const save = ["bundle", "save", "--images", "--locked", "--platform", platform];
    await succeeds(rig.qclock([...save, "here.bundle"]));
    await succeeds(rig.qclock([...save, "there.bundle"], { environment }));
    const bundle = await readFile(path.join(rig.directory, "here.bundle"));
    expect(bundle.equals(await readFile(path.join(rig.directory, "there.bundle")))).toBe(true);
    const list = await succeeds(rig.qclock(["bundle", "list", "here.bundle"]));
    expect(list.stdout).toMatch(new RegExp(`^base +busybox-static +\\S+ +${other} `, "m"));

    const images = imagesIn(bundle);
    expect(images.map(({ architecture, variant }) => [architecture, variant])).toEqual(
      Array.from({ length: 2 }, () => [other, other === "arm64" ? "v8" : undefined]),
    );
    // Not what qclock says of the program, but what stands in its ELF header.
    const programs = images.map(({ files }) => files.get("usr/bin/busybox"));
    expect(programs.map((bytes) => bytes?.readUInt16LE(18))).toEqual([machine, machine]);

    await using engine = await connectTestEngine(undefined);
    await engine.loadImages(inPieces(bundle), () => undefined);
    const held = await engine.inspectImage(`qclock.invalid/${rig.stack}/web:latest`);
    expect(held?.raw).toMatchObject({ Architecture: other, Os: "linux" });
    expect(built.stdout).toContain(images[1]?.digest);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test("a platform that is none is wrong use, with those that there are", async () => {
  await using rig = await Rig.create("tiny");
  const known = /linux\/amd64, linux\/arm64/;

  for (const command of ["lock", "build", "up", "plan"]) {
    const { exitCode, stderr } = await rig.qclock([command, "--platform", "linux/riscv64"]);
    expect({ command, exitCode }).toEqual({ command, exitCode: 2 });
    expect(stderr).toMatch(known);
  }
  const environment = { QCLOCK_PLATFORM: "arm" };
  const byVariable = await rig.qclock(["validate"], { environment });
  expect(byVariable.exitCode).toBe(2);
  expect(byVariable.stderr).toMatch(/QCLOCK_PLATFORM.*linux\/amd64, linux\/arm64/);
});

interface ReadImage {
  readonly digest: string;
  readonly architecture: string;
  readonly variant: string | undefined;
  /** By path, those of upper layers over those of lower ones. */
  readonly files: ReadonlyMap<string, Buffer>;
}

/** Each image of an OCI layout in a tar, from its index down to the files. */
function imagesIn(archive: Buffer): readonly ReadImage[] {
  const members = contentsOf(archive);
  const blob = (digest: string): Buffer => {
    const bytes = members.get(`blobs/sha256/${digest.slice("sha256:".length)}`);
    if (bytes === undefined) throw new Error(`${digest} is not in the archive`);
    return bytes;
  };
  const json = (bytes: Buffer | undefined): unknown => JSON.parse(bytes?.toString("utf8") ?? "");
  return index.parse(json(members.get("index.json"))).manifests.map(({ digest }) => {
    const parts = manifest.parse(json(blob(digest)));
    const { architecture, variant, rootfs } = config.parse(json(blob(parts.config.digest)));
    expect(rootfs.diff_ids).toEqual(parts.layers.map((layer) => layer.digest));
    const files = parts.layers.flatMap((layer) => [...contentsOf(blob(layer.digest))]);
    return { digest, architecture, variant, files: new Map(files) };
  });
}

function imagesOf({ stdout }: Ended): unknown {
  return z.looseObject({ images: z.array(z.unknown()) }).parse(JSON.parse(stdout)).images;
}

async function succeeds(command: Promise<Ended>): Promise<Ended> {
  const ended = await command;
  if (ended.exitCode !== 0) throw new Error(`${ended.stdout}${ended.stderr}`);
  return ended;
}
