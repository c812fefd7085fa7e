import { randomBytes } from "node:crypto";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { buildDockerfileImage, type DockerfileBuild } from "../../../src/docker/build.ts";
import { chooseBuilder, tryBuilder } from "../../../src/docker/builder.ts";
import type { Engine } from "../../../src/docker/engine.ts";
import { loadBuiltImages } from "../../../src/docker/load.ts";
import { connectTestEngine, testHosts } from "../../support/engines.ts";
import { hostPrograms, smallImage, smallLayer } from "../../support/small-image.ts";
import { temporaryFolder, temporaryStore } from "../../support/temporary-store.ts";

interface Files {
  readonly [path: string]: string;
}

/** A stack of one Dockerfile image, in a folder, an Engine and a store that end with the test. */
async function aBuild(
  host: string | undefined,
  files: Files,
): Promise<
  {
    readonly engine: Engine;
    readonly build: DockerfileBuild;
    readonly lines: string[];
    readonly notices: string[];
    readonly directory: string;
    readonly stack: string;
  } & AsyncDisposable
> {
  const engine = await connectTestEngine(host);
  const folder = await temporaryFolder();
  const scope = await temporaryStore();
  const stack = `t-${randomBytes(5).toString("hex")}`;
  for (const [path, content] of Object.entries(files)) {
    await mkdir(join(folder.path, path, ".."), { recursive: true });
    await writeFile(join(folder.path, path), content);
  }
  const lines: string[] = [];
  const notices: string[] = [];
  const build: DockerfileBuild = {
    engine,
    image: {
      type: "dockerfile",
      name: "tool",
      reference: `qclock.invalid/${stack}/tool:latest`,
      context: folder.path,
      dockerfile: join(folder.path, "Dockerfile"),
      buildArgs: new Map(),
      parents: [],
      labels: new Map([["dev.qclock.test", "1"]]),
    },
    stackName: stack,
    project: folder.path,
    references: new Map([["base", `qclock.invalid/${stack}/base:latest`]]),
    fingerprint: `sha256:${"1".repeat(64)}`,
    store: scope.store,
    now: Date.now,
    displayPath: (path) => path.slice(folder.path.length + 1),
    onOutput: (line) => lines.push(line),
    onNotice: (line) => notices.push(line),
  };
  return {
    engine,
    build,
    lines,
    notices,
    directory: folder.path,
    stack,
    async [Symbol.asyncDispose]() {
      const { images } = await engine.observe({
        stack,
        imageReferences: [],
        containerNames: [],
        networkNames: [],
        volumeNames: [],
      });
      for (const reference of images.keys()) await engine.removeImage(reference);
      await engine.removeImage(`qclock.invalid/${stack}/base:latest`);
      await scope[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
      await engine[Symbol.asyncDispose]();
    },
  };
}

async function loadBase({ engine, stack }: Awaited<ReturnType<typeof aBuild>>): Promise<void> {
  await using scope = await temporaryStore();
  const layer = await smallLayer(scope.store, hostPrograms(["/bin/sh", "/bin/cat", "/bin/sleep"]));
  await loadBuiltImages({
    engine,
    images: [smallImage(`qclock.invalid/${stack}/base:latest`, [layer])],
    onOutput: () => undefined,
  });
}

for (const host of testHosts) {
  describe(host ?? "the usual Engine", () => {
    test("a Dockerfile that stands on an image of the stack", async () => {
      await using scope = await aBuild(host, {
        Dockerfile:
          "ARG PARENT=base\nFROM ${PARENT} AS first\nCOPY --chmod=0755 data/ /data/\nRUN cat /data/one > /copied\nFROM first\nENV A=1\n",
        "data/one": "content é\n",
        "data/two": "",
        "left/out": "x",
        ".dockerignore": "left\n",
      });
      await loadBase(scope);
      const { engine, build } = scope;
      const id = await buildDockerfileImage({
        ...build,
        image: { ...build.image, parents: ["base"] },
      }).catch((error: unknown) => {
        throw new Error(`${String(error)}\n${scope.lines.join("\n")}`, { cause: error });
      });

      const image = await engine.inspectImage(build.image.reference);
      expect(image).toMatchObject({ id, environment: expect.arrayContaining(["A=1"]) });
      expect(image?.labels.get("dev.qclock.fingerprint")).toBe(build.fingerprint);
      expect(image?.labels.get("dev.qclock.context")).toMatch(/^sha256:[0-9a-f]{64} 4$/u);
      expect(
        Buffer.concat(
          await Array.fromAsync(await engine.exportImage(build.image.reference)),
        ).includes("content é"),
      ).toBe(true);
      expect(await buildDockerfileImage(build)).toBe(id);
    });

    test("COPY sees no Dockerfile that .dockerignore names, and none from outside of the context", async () => {
      await using scope = await aBuild(host, {
        "ctx/Dockerfile":
          "FROM base\nCOPY . /ctx/\nRUN cd /ctx; echo found: *; echo hidden: .[!.]*\n",
        "ctx/.dockerignore": "*\n!keep.txt\n",
        "ctx/keep.txt": "k",
        "ctx/drop.txt": "d",
        "other/Dockerfile": "FROM base\nCOPY . /ctx/\nRUN cd /ctx; echo outside: * .[!.]*\n",
      });
      await loadBase(scope);
      const context = join(scope.directory, "ctx");
      const build = (dockerfile: string): Promise<string> =>
        buildDockerfileImage({
          ...scope.build,
          image: { ...scope.build.image, context, dockerfile: join(scope.directory, dockerfile) },
        });
      await build("ctx/Dockerfile");
      await build("other/Dockerfile");

      const output = scope.lines.join("\n");
      expect(output).toMatch(/found: keep\.txt$/mu);
      expect(output).toMatch(/hidden: \.\[!\.\]\*$/mu);
      expect(output).toMatch(/outside: keep\.txt \.\[!\.\]\*$/mu);
      expect(scope.notices).toEqual([]);
    });

    test("a step that fails is a failure, says why, and moves no name", async () => {
      await using scope = await aBuild(host, {
        Dockerfile: "FROM base\nRUN echo the reason; exit 9\n",
      });
      await loadBase(scope);
      const { engine, build } = scope;

      await expect(buildDockerfileImage(build)).rejects.toMatchObject({
        code: "build-failed",
        message: expect.stringContaining("9"),
      });
      expect(scope.lines.join("\n")).toContain("the reason");
      expect(await engine.inspectImage(build.image.reference)).toBeUndefined();
    });

    test("what the Dockerfile copies must be there", async () => {
      await using scope = await aBuild(host, { Dockerfile: "FROM scratch\nCOPY nope /nope\n" });
      await expect(buildDockerfileImage(scope.build)).rejects.toMatchObject({
        code: "build-failed",
        message: expect.stringContaining("nope"),
      });
    });

    test("a build that is called off ends at once", async () => {
      await using scope = await aBuild(host, {
        Dockerfile: "FROM base\nRUN echo started; sleep 60\n",
      });
      await loadBase(scope);
      const controller = new AbortController();
      const reason = new Error("called off");
      const onOutput = (line: string): void => {
        if (line.endsWith(" started") || line === "started") controller.abort(reason);
      };
      await expect(
        buildDockerfileImage({ ...scope.build, onOutput, signal: controller.signal }),
      ).rejects.toBe(reason);
    });

    test("a script that cannot start is found before anything is sent", async () => {
      await using scope = await aBuild(host, {
        Dockerfile: 'FROM base\nCOPY start.sh /\nENTRYPOINT ["/start.sh"]\n',
        "start.sh": "#!/bin/sh\r\necho\r\n",
      });
      await chmod(join(scope.directory, "start.sh"), 0o755);
      await expect(buildDockerfileImage(scope.build)).rejects.toMatchObject({
        code: "build-failed",
        details: [expect.stringMatching(/^start\.sh:1:1 error: .*\[crlf-line-endings\]$/u)],
      });
      expect(scope.lines).toEqual([]);
    });

    test("both builders do what is needed of them, and the verdict is kept", async () => {
      await using scope = await aBuild(host, {});
      const { engine, build } = scope;
      const { store } = build;
      for (const builder of ["classic", "buildkit"] as const) {
        expect(await tryBuilder({ engine, store, builder, signal: undefined })).toBeUndefined();
      }
      expect(await chooseBuilder({ engine, store, onNotice: build.onNotice })).toBe("buildkit");
      const silent: Engine = {
        ...engine,
        buildImage: () => Promise.reject(new Error("asked again")),
      };
      expect(await chooseBuilder({ engine: silent, store, onNotice: build.onNotice })).toBe(
        "buildkit",
      );
      // Another test's doctor may be in the middle of a trial of its own, which lasts a second.
      await expect
        .poll(() => engine.listImageReferences("qclock.invalid/trial/*"), { timeout: 20_000 })
        .toEqual([]);
    });
  });
}
