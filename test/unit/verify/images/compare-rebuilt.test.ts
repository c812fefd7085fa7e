import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import type { Digest } from "../../../../src/digest.ts";
import type { Engine, EngineInfo, ImageDetails } from "../../../../src/docker/engine.ts";
import type { BuiltImage } from "../../../../src/image/built-image.ts";
import { EntryTable } from "../../../../src/image/layers/entry-table.ts";
import { rememberLayer } from "../../../../src/image/layers/layer-cache.ts";
import type { LayerEntry } from "../../../../src/image/layers/layer-entry.ts";
import type { Layer } from "../../../../src/image/layers/layer.ts";
import {
  compareWithEngine,
  compareWithLock,
} from "../../../../src/verify/images/compare-rebuilt.ts";
import { anEngineInfo, anImageSubject } from "../../../support/a-subject.ts";
import { type TarItem, tarOf } from "../../../support/tar.ts";
import { temporaryStore } from "../../../support/temporary-store.ts";

function digestOf(text: string): Digest {
  return `sha256:${createHash("sha256").update(text).digest("hex")}`;
}

function anEntry(path: string, parts: Partial<LayerEntry> = {}): LayerEntry {
  return {
    path,
    type: "file",
    mode: 0o644,
    uid: 0,
    gid: 0,
    mtime: 0,
    size: 0,
    origin: { type: "files" },
    ...parts,
  };
}

function aLayer(name: string, kind: Layer["kind"], ...entries: readonly LayerEntry[]): Layer {
  return {
    diffId: digestOf(name),
    sizeBytes: 1,
    path: "/x",
    kind,
    entries: EntryTable.of(entries),
  };
}

function aBuilt(layers: readonly Layer[], config: object = {}): BuiltImage {
  return {
    image: "app",
    reference: "app",
    fingerprint: digestOf("f"),
    config: Buffer.from(JSON.stringify({ config, os: "linux" })),
    configDigest: digestOf("config"),
    manifest: Buffer.from(""),
    manifestDigest: digestOf("manifest"),
    layers,
    settings: { environment: new Map(), exposedPorts: [], labels: new Map() },
    unsigned: [],
  };
}

test("a packages layer that differs from the lock's is compared with it where it is known", async () => {
  await using held = await temporaryStore();
  const { store } = held;
  const below = aLayer("below", "packages", anEntry("etc/below"));
  const packages = aLayer("new", "packages", anEntry("etc/a", { size: 2 }), anEntry("etc/b"));
  const rebuilt = aBuilt([below, packages, aLayer("files", "files", anEntry("etc/c"))]);
  const locked = aLayer("old", "packages", anEntry("etc/a", { size: 1 }));
  const differ = `packages layer: ${locked.diffId} in the lock, ${packages.diffId} rebuilt`;

  expect(await compareWithLock(rebuilt, ["packages", undefined], store)).toEqual([]);
  expect(await compareWithLock(rebuilt, ["packages", packages.diffId], store)).toEqual([]);
  expect(await compareWithLock(aBuilt([]), ["packages", locked.diffId], store)).toEqual([]);
  expect(await compareWithLock(rebuilt, ["packages", locked.diffId], store)).toEqual([differ]);

  const key = { kind: "packages", inputs: () => digestOf("inputs"), below: [] } as const;
  await rememberLayer(key, { layer: locked, reads: new Map() }, store);
  expect(await compareWithLock(rebuilt, ["packages", locked.diffId], store)).toEqual([
    differ,
    "/etc/a: size 1 in the lock's layer, 2 rebuilt",
    "/etc/b: rebuilt only",
  ]);
});

function engineOf(items: readonly TarItem[], imageStore: EngineInfo["imageStore"] = "graphdriver") {
  const engine: Pick<Engine, "info" | "exportImage"> = {
    info: async () => ({ ...anEngineInfo, imageStore }),
    exportImage: async (reference) => {
      if (reference !== "first") throw new Error(`there is no ${reference}`);
      return (async function* () {
        yield tarOf(items);
      })();
    },
  };
  return { engine: engine as Engine, signal: new AbortController().signal };
}

function details(parts: Partial<ImageDetails>): ImageDetails {
  return anImageSubject({ details: { references: ["first", "second"], ...parts } }).details;
}

test("the image is the same by the digest that the Engine's store goes by", async () => {
  const rebuilt = aBuilt([]);
  const byConfig = details({ id: rebuilt.configDigest });
  const byManifest = details({ id: rebuilt.manifestDigest, diffIds: [], raw: {} });

  expect(await compareWithEngine(rebuilt, byConfig, engineOf([]))).toEqual([]);
  expect(await compareWithEngine(rebuilt, byManifest, engineOf([], "containerd"))).toEqual([]);
  expect(await compareWithEngine(rebuilt, byManifest, engineOf([]))).toEqual([
    "its configuration has another digest",
  ]);
});

test("of other layers each that differs is told, with the files in which they do", async () => {
  const [one, two] = [aLayer("1", "packages", anEntry("etc/a")), aLayer("2", "files")];
  const rebuilt = aBuilt([
    one,
    two,
    aLayer(
      "3",
      "files",
      anEntry("etc/a", { size: 3, digest: digestOf("new"), mtime: 7 }),
      anEntry("etc/hosts"),
      anEntry("etc/same", { size: 4, digest: digestOf("same") }),
      anEntry("lib", { type: "symlink", linkTarget: "usr/lib" }),
    ),
  ]);
  const there = engineOf([
    { path: "./", type: "directory" },
    { path: ".dockerenv" },
    { path: "etc/a", content: "old" },
    { path: "etc/same", content: "same" },
    { path: "lib", type: "symlink", target: "usr/lib" },
    { path: "proc/x" },
  ]);
  const content = `content ${digestOf("old").slice(0, 19)} in the Engine, ${digestOf("new").slice(0, 19)} rebuilt`;

  expect(
    await compareWithEngine(rebuilt, details({ diffIds: [one.diffId, "sha256:other"] }), there),
  ).toEqual([
    `layer 2: sha256:other in the Engine, ${two.diffId} rebuilt`,
    `layer 3: none in the Engine, ${digestOf("3")} rebuilt`,
    `/etc/a: ${content}`,
  ]);
  const more = details({ diffIds: [one.diffId, two.diffId, digestOf("3"), "sha256:more"] });
  expect(await compareWithEngine(rebuilt, more, there)).toEqual([
    "layer 4: sha256:more in the Engine, none rebuilt",
    `/etc/a: ${content}`,
  ]);
});

test("of the same layers the fields of the configuration are compared, whatever their order", async () => {
  const layer = aLayer("1", "files");
  const rebuilt = aBuilt([layer], {
    User: "5",
    Cmd: ["a", "b"],
    Env: ["A=1"],
    Labels: { b: "2", a: "1" },
    ExposedPorts: { "80/tcp": {} },
    WorkingDir: "/srv",
  });
  const compare = async (Config: object | null): Promise<readonly string[]> =>
    compareWithEngine(rebuilt, details({ diffIds: [layer.diffId], raw: { Config } }), engineOf([]));
  const same = {
    Labels: { a: "1", b: "2" },
    ExposedPorts: { "80/tcp": {} },
    User: "5",
    Cmd: ["a", "b"],
    Env: ["A=1"],
    WorkingDir: "/srv",
    Hostname: "theirs",
  };

  expect(await compare(same)).toEqual(["its configuration has another digest"]);
  expect(await compare({ ...same, Cmd: ["b", "a"], Labels: { a: "1" }, User: null })).toEqual([
    'config User: null in the Engine, "5" rebuilt',
    'config Cmd: ["b","a"] in the Engine, ["a","b"] rebuilt',
    'config Labels: {"a":"1"} in the Engine, {"a":"1","b":"2"} rebuilt',
  ]);
  expect((await compare(null))[0]).toBe('config User: none in the Engine, "5" rebuilt');
});
