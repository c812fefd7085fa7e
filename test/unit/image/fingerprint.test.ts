import { expect, test } from "vitest";
import type { ScannedFile } from "../../../src/image/files/scanned-file.ts";
import {
  explainChange,
  fingerprintImages,
  type ImageInputs,
} from "../../../src/image/fingerprint.ts";
import type { LockedPackage } from "../../../src/packages/package.ts";
import type { Artifact, AssembledImage, Stack } from "../../../src/stack/stack.ts";
import { aSingleFile } from "../../support/an-artifact.ts";
import { aFileTable } from "../../support/a-file-table.ts";
import { asLocked, aWheel, type MadeWheel } from "../../support/wheel.ts";
import { emptyImage, EPOCH, FINGERPRINT } from "../../support/assemble.ts";
import { lockedOf } from "../../support/deb.ts";

interface Inputs {
  readonly base?: Partial<AssembledImage>;
  readonly app?: Partial<AssembledImage>;
  readonly packages?: readonly LockedPackage[];
  readonly files?: readonly ScannedFile[];
  readonly newestBuild?: number;
  readonly architecture?: Stack["architecture"];
  /** Of the upper image. */
  readonly wheels?: readonly MadeWheel[];
}

const bash = (version: string): LockedPackage =>
  lockedOf({ name: "bash", version }, Buffer.from(version));
const page = (digit: string, path = "srv/index.php"): ScannedFile => ({
  path,
  type: "file",
  mode: 0o644,
  uid: 0,
  gid: 0,
  size: 1,
  digest: `sha256:${digit.repeat(64)}`,
  source: `/anywhere/${path}`,
});

function inputsOf({
  base = {},
  app = {},
  packages = [bash("5.1")],
  files = [page("1")],
  newestBuild = EPOCH,
  architecture = "amd64",
  wheels = [],
}: Inputs = {}): { base: ImageInputs; app: ImageInputs } {
  const images = new Map<string, AssembledImage>([
    ["base", { ...emptyImage, name: "base", ...base }],
    ["app", { ...emptyImage, name: "app", parent: "base", ...app }],
  ]);
  const stack: Stack = {
    name: "t",
    manifestPath: "/project/stack.config.yaml",
    directory: "/project",
    manifestDigest: FINGERPRINT,
    os: "debian-12",
    architecture,
    mirrors: new Map(),
    images,
    services: new Map(),
    networks: new Map(),
    volumes: new Map(),
    secrets: new Map(),
    locations: new Map(),
  };
  const target = {
    os: stack.os,
    architecture: stack.architecture,
    inputs: FINGERPRINT,
    repositories: [],
    images: new Map([
      ["base", { packages, newestBuild }],
      [
        "app",
        {
          packages: [],
          newestBuild,
          ...(wheels.length === 0
            ? {}
            : { wheels: { requirements: FINGERPRINT, files: wheels.map(asLocked) } }),
        },
      ],
    ]),
  };
  const found = fingerprintImages({
    stack,
    target,
    scans: new Map([["app", { files: aFileTable(files) }]]),
    contexts: new Map(),
  });
  const of = (name: string): ImageInputs => {
    const inputs = found.get(name);
    if (inputs === undefined) throw new Error(`no inputs of ${name}`);
    return inputs;
  };
  return { base: of("base"), app: of("app") };
}

const before = inputsOf();
const tool = aSingleFile(Buffer.from("tool"));

test("the same inputs give the same fingerprint", () => {
  expect(inputsOf().app.fingerprint).toBe(before.app.fingerprint);
});

test("another architecture is another fingerprint, also of what has no package", () => {
  const other = inputsOf({ architecture: "arm64" });

  expect(other.base.fingerprint).not.toBe(before.base.fingerprint);
  expect(other.app.fingerprint).not.toBe(before.app.fingerprint);
});

test("where a file lies on the host does not count", () => {
  const moved = inputsOf({ files: [{ ...page("1"), source: "/elsewhere/srv/index.php" }] });

  expect(moved.app.fingerprint).toBe(before.app.fingerprint);
});

for (const [name, change, cause] of [
  ["a file", { files: [page("2")] }, "file srv/index.php changed"],
  ["a file's mode", { files: [{ ...page("1"), mode: 0o755 }] }, "file srv/index.php changed"],
  ["a new file", { files: [page("1"), { ...page("1"), path: "srv/b" }] }, "file srv/b added"],
  ["files that went", { files: [] }, "file srv/index.php removed"],
  [
    "a variable",
    { app: { config: { ...emptyImage.config, environment: new Map([["A", "1"]]) } } },
    "its settings changed",
  ],
  [
    "a directory",
    { app: { directories: [{ path: "/d", mode: 0o755, uid: 0, gid: 0 }] } },
    "its settings changed",
  ],
  ["an artifact", { app: { artifacts: [tool] } }, "artifact /opt/tool added"],
  ["a package of the base", { packages: [bash("5.2")] }, "its base changed"],
] as const) {
  test(`${name} changes the fingerprint, with its cause`, () => {
    const { app } = inputsOf(change);

    expect(app.fingerprint).not.toBe(before.app.fingerprint);
    expect(explainChange(before.app, app)).toBe(cause);
  });
}

test("a package is told with both versions; several changes are counted", () => {
  expect(explainChange(before.base, inputsOf({ packages: [bash("5.2")] }).base)).toBe(
    "package bash 5.1 -> 5.2",
  );
  expect(
    explainChange(
      before.app,
      inputsOf({ files: [page("2"), { ...page("1"), path: "srv/z" }] }).app,
    ),
  ).toBe("file srv/index.php changed and 1 more");
});

test.for([
  ["two that went are told by the first", { files: [] }, "file a removed and 2 more"],
  ["one in the middle", { files: [page("1", "a"), page("1", "z")] }, "file m removed"],
  [
    "what came goes before what went",
    { files: [page("1", "b"), page("1", "m"), page("2", "z")] },
    "file b added and 2 more",
  ],
] as const)("of several files: %s", ([, change, cause]) => {
  const three = inputsOf({ files: ["a", "m", "z"].map((path) => page("1", path)) });

  expect(explainChange(three.app, inputsOf(change).app)).toBe(cause);
});

test("the fingerprint of files is what it always was, in whatever order JSON has their paths", () => {
  const paths = ["a", "a-b", "a/b", "10", "9", "x\u{1F600}", "x\uFFFD", 'say "é"'];

  expect(inputsOf({ files: paths.map((path) => page("1", path)) }).app.fingerprint).toBe(
    "sha256:50eaa702e4d08e228c2ac4327eb70610d63e4a72c0cd99b6a2edd77151045d39",
  );
  expect(
    inputsOf({ files: paths.slice(0, 3).map((path) => page("1", path)) }).app.fingerprint,
  ).toBe("sha256:b1a96a7c7a3a477b72bbdb7d3fae2035abb2d7a9a4ef6c0b22efad7834db41a9");
});

test("an artifact counts by its bytes, its place and its settings, and not by its URL", () => {
  const with1 = (artifact: Artifact): ImageInputs =>
    inputsOf({ app: { artifacts: [artifact] } }).app;
  const first = with1(tool);

  expect(with1({ ...tool, url: "https://other.example/tool" }).fingerprint).toBe(first.fingerprint);
  for (const other of [
    { ...tool, mode: 0o755 },
    { ...tool, uid: 1 },
    aSingleFile(Buffer.from("2")),
  ]) {
    expect(with1(other).fingerprint).not.toBe(first.fingerprint);
    expect(explainChange(first, with1(other))).toBe("artifact /opt/tool changed");
  }
});

test("a wheel counts by its version and its bytes, and a new version is told with both", () => {
  const with1 = (...wheels: readonly MadeWheel[]): ImageInputs => inputsOf({ wheels }).app;
  const one = aWheel({ name: "demo", version: "1.0" });
  const first = with1(one);

  expect(explainChange(before.app, first)).toBe("wheel demo added");
  expect(explainChange(first, before.app)).toBe("wheel demo removed");
  expect(explainChange(first, with1(aWheel({ name: "demo", version: "2.0" })))).toBe(
    "wheel demo 1.0 -> 2.0",
  );
  const rebuilt = with1(aWheel({ name: "demo", version: "1.0", metadata: ["Summary: other"] }));
  expect(rebuilt.fingerprint).not.toBe(first.fingerprint);
});

test("without artifacts nothing of them is in a digest", () => {
  const { base } = inputsOf({
    base: { directories: [{ path: "/d", mode: 0o755, uid: 1, gid: 1 }] },
    packages: [lockedOf({ name: "bash", version: "1" }, Buffer.from("x"))],
  });

  expect(base.fingerprint).toBe(
    "sha256:0940c663fa0953b9428738609781aa8f6524f21e8f99213c93902d060516fb6c",
  );
});

test("the newest build and the bytes of a package of the same version change the fingerprint", () => {
  expect(inputsOf({ newestBuild: EPOCH + 1 }).base.fingerprint).not.toBe(before.base.fingerprint);
  expect(
    inputsOf({ packages: [lockedOf({ name: "bash", version: "5.1" }, Buffer.from("other bytes"))] })
      .base.fingerprint,
  ).not.toBe(before.base.fingerprint);
});
