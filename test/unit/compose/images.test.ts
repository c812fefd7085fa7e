import { expect, test } from "vitest";
import { missingDigest } from "../../../src/stack/images/missing-digest.ts";
import {
  importFilesOf,
  importScreen,
  importText,
  loadedManifest,
} from "../../support/import-compose.ts";

test("images of a registry wait for their digests, and services that run one share it", async () => {
  const digest = `sha256:${"a".repeat(64)}`;
  const imported = await importText(
    `
services:
  one: { image: "redis:7" }
  two: { image: "redis:7" }
  three: { image: "registry.example:5000/house/redis" }
  four: { image: "\${REPOSITORY:-postgres}:\${TAG}" }
  five: { image: "mysql@${digest}" }
`,
    { environment: { TAG: "15" } },
  );
  const { manifest } = loadedManifest(imported);
  expect(manifest.images).toEqual({
    redis: { image: `redis:7@${missingDigest}` },
    "redis-2": { image: `registry.example:5000/house/redis@${missingDigest}` },
    postgres: { image: `postgres:15@${missingDigest}` },
    mysql: { image: `mysql@${digest}` },
  });
  expect(imported.text).toContain("# Zeros stand for digests that nobody has looked up yet");
  expect(manifest.services["two"]?.image).toBe("redis");
  expect(imported.notes.map(({ what }) => what)).toEqual(["variables in `image`"]);
});

test("builds keep what a manifest knows; one that others name by its tag is theirs, too", async () => {
  const imported = await importText(`
services:
  web:
    image: house/app:1
    build:
      context: ./app
      dockerfile: Dockerfile.prod
      target: run
      args: [A=1, B]
      labels: { team: ops }
      cache_from: [x]
      no_cache: false
  worker: { image: "house/app:1" }
  tool: { build: ./tool }
  inline: { build: { dockerfile_inline: FROM scratch } }
`);
  const { manifest } = loadedManifest(imported);
  expect(manifest.images).toEqual({
    web: {
      build: {
        context: "./app",
        dockerfile: "Dockerfile.prod",
        target: "run",
        args: { A: "1", B: "" },
      },
      labels: { team: "ops" },
    },
    tool: { build: "./tool" },
    inline: { build: { context: ".", dockerfile: "inline.Dockerfile" } },
  });
  expect(manifest.services["worker"]?.image).toBe("web");
  expect(imported.notes.map(({ kind, what }) => `${kind}: ${what}`)).toEqual([
    "changed: `image` beside `build`",
    "changed: variables passed on",
    "lost: `build.cache_from`",
    "lost: `dockerfile_inline`",
  ]);
});

test("an image does not get the name of one that a Dockerfile builds on: it would be taken for it", async () => {
  const imported = await importText("services: { nginx: { build: . } }", {
    dockerfiles: {
      Dockerfile: "FROM --platform=linux/amd64 nginx AS base\nCOPY --from=tool /a /a\n",
    },
  });
  expect(loadedManifest(imported).manifest.images).toEqual({ "nginx-2": { build: "." } });
});

test("files of several folders: paths are relative to the file that names them", async () => {
  const imported = await importFilesOf({
    files: {
      "compose.yaml": `
include: [db/compose.yaml]
services:
  web: { extends: { file: common/base.yaml, service: base }, depends_on: [db] }
`,
      "common/base.yaml":
        "services: { base: { build: ../app, env_file: [base.env, { path: ./o.env, required: false }] } }",
      "db/compose.yaml":
        "services: { db: { image: db, volumes: ['./init:/init:ro', 'data:/data'] } }\nvolumes: { data: }",
    },
    existing: ["db/init"],
  });
  if (!imported.ok) throw new Error(imported.error[0]?.message);
  const { manifest } = loadedManifest(imported.value);
  expect(manifest.images["web"]).toEqual({ build: "./app" });
  expect(manifest.services["web"]?.env_file).toEqual([
    "./common/base.env",
    { path: "./common/o.env", required: false },
  ]);
  expect(manifest.services["db"]?.volumes).toEqual(["./db/init:/init:ro", "data:/data"]);
});

test("what lies outside of the manifest's folder is refused, with what to do", async () => {
  const screen = await importScreen({
    files: {
      "compose.yaml":
        "services: { web: { build: ../app }, api: { build: 'https://git.example/x.git' } }",
    },
  });
  expect(screen).toMatchInlineSnapshot(`
    "
    compose.yaml:1:27 error: "../app" lies outside of /project, which is the manifest's folder. [path-outside-project]

        1 | services: { web: { build: ../app }, api: { build: 'https://git.example/x.git' } }
          |                           ~~~~~~
          hint: Write the manifest to a folder above both with --output, or move what it names below it.

    compose.yaml:1:51 error: The build context "https://git.example/x.git" is fetched from elsewhere. [path-outside-project]

        1 | services: { web: { build: ../app }, api: { build: 'https://git.example/x.git' } }
          |                                                   ~~~~~~~~~~~~~~~~~~~~~~~~~~~
          hint: Put a copy of it into the project, and name that.

    2 errors
    "
  `);
});
