import { writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import type { Engine } from "../../../../src/docker/engine.ts";
import { EngineResponseError } from "../../../../src/docker/errors.ts";
import { QclockError } from "../../../../src/error.ts";
import type { Observed } from "../../../../src/plan/observed.ts";
import {
  findChangedSecrets,
  readDeclaredSecret,
} from "../../../../src/run/services/declared-secrets.ts";
import type { Service, Stack } from "../../../../src/stack/stack.ts";
import { tarHeader } from "../../../../src/archive/tar-header.ts";
import { tarPadding } from "../../../../src/archive/tar.ts";
import { aService } from "../../../support/a-service.ts";
import { temporaryFolder } from "../../../support/temporary-store.ts";

const secrets = [{ secret: "key", target: "/run/secrets/key", mode: 0o400 }];

function stackOf(
  services: readonly Service[],
  inactive: readonly string[] = [],
): Pick<Stack, "services" | "secrets" | "inactive"> {
  return {
    services: new Map(services.map((service) => [service.name, service])),
    secrets: new Map([
      ["key", { name: "key", source: { type: "environment", variable: "KEY" } }],
      ["made", { name: "made", source: { type: "generate", length: 8 } }],
    ]),
    inactive: new Set(inactive),
  };
}

const app = aService({ name: "app", secrets });
const running: Observed["containers"] = [
  { id: "c1", name: "t-app-1", ours: true, service: "app", status: "running", networks: [] },
];

/** The archive of one file, after other headers. */
function archiveOf(content: string, before: readonly Buffer[] = []): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([
    ...before,
    tarHeader("key", bytes.length),
    bytes,
    Buffer.alloc(tarPadding(bytes.length) + 1024),
  ]);
}

/** Which services have other secrets, where the container's file is as given. */
async function changed(
  archive: Buffer | Error,
  options: {
    readonly value?: string;
    readonly containers?: Observed["containers"];
    readonly stack?: ReturnType<typeof stackOf>;
  } = {},
): Promise<readonly string[]> {
  const { value = "hunter2", containers = running, stack = stackOf([app]) } = options;
  const getArchive: Engine["getArchive"] = async () => {
    if (archive instanceof Error) throw archive;
    return (async function* () {
      yield await Promise.resolve(archive);
    })();
  };
  const found = await findChangedSecrets(
    {
      // Of both nothing else is asked.
      stack: stack as Stack,
      engine: async () => ({ getArchive }) as Engine,
      secretVariable: (name) => (name === "KEY" ? value : undefined),
      signal: new AbortController().signal,
    },
    { containers },
  );
  return [...found];
}

test("a service whose container has the same content is not changed", async () => {
  expect(await changed(archiveOf("hunter2"))).toEqual([]);
});

test.each([
  ["another content", archiveOf("hunter3")],
  ["a longer one", archiveOf("hunter22")],
  ["nothing", archiveOf("")],
  ["a folder in its place", tarHeader("key/", 0, { flag: "5" })],
  ["an archive that is cut short", archiveOf("hunter2").subarray(0, 500)],
  ["a far larger file", archiveOf("x".repeat(200_000))],
])("%s is a change", async (_, archive) => {
  expect(await changed(Buffer.from(archive))).toEqual(["app"]);
});

test("headers that tell of the file after them are passed over", async () => {
  const pax = Buffer.concat([
    tarHeader("pax", 20, { flag: "x" }),
    Buffer.from("20 mtime=1234567.89\n"),
    Buffer.alloc(tarPadding(20)),
  ]);
  expect(await changed(archiveOf("hunter2", [pax]))).toEqual([]);
  expect(await changed(archiveOf("hunter3", [pax]))).toEqual(["app"]);
});

test("a file that has gone is a change, and a failure is none", async () => {
  const gone = new QclockError("engine-failed", "Could not read.", {
    cause: new EngineResponseError(404, "no such file"),
  });
  expect(await changed(gone)).toEqual(["app"]);
  const failure = new QclockError("engine-failed", "Could not read.", {
    cause: new EngineResponseError(500, "broken"),
  });
  await expect(changed(failure)).rejects.toThrow("Could not read.");
});

test("a container that is absent or somebody else's is not looked into", async () => {
  const broken = new Error("nobody asks");
  expect(await changed(broken, { containers: [] })).toEqual([]);
  const foreign = running.map((one) => ({ ...one, ours: false }));
  expect(await changed(broken, { containers: foreign })).toEqual([]);
});

test("a missing variable is told whether or not a container needs it yet", async () => {
  await expect(changed(archiveOf(""), { value: "", containers: [] })).rejects.toMatchObject({
    code: "usage",
    hint: expect.stringContaining("KEY"),
  });
});

test("what services of inactive profiles alone need may be missing", async () => {
  const containers: Observed["containers"] = [];
  const idle = stackOf([app], ["app"]);
  expect(await changed(archiveOf(""), { value: "", containers, stack: idle })).toEqual([]);
  const shared = stackOf([app, aService({ name: "web", secrets })], ["app"]);
  await expect(
    changed(archiveOf(""), { value: "", containers, stack: shared }),
  ).rejects.toMatchObject({ code: "usage" });
});

test("a secret of a file is its bytes, and a missing file is told by the secret's name", async () => {
  await using folder = await temporaryFolder();
  const file = path.join(folder.path, "key");
  await writeFile(file, "line\n");
  const context = { secretVariable: () => undefined };
  const secret = { name: "key", source: { type: "file", path: file } } as const;
  expect((await readDeclaredSecret(context, secret)).toString()).toBe("line\n");

  const missing = { name: "key", source: { type: "file", path: `${file}-2` } } as const;
  await expect(readDeclaredSecret(context, missing)).rejects.toMatchObject({ code: "usage" });
});

test("an archive comes in pieces, and is read no further than the value can be", async () => {
  const value = `${"0123456789abcdef".repeat(40)}!`;
  const whole = archiveOf(value);
  const limit = value.length + 64 * 1024;
  const most = Buffer.concat([whole, Buffer.alloc(limit - whole.length)]);
  const inPieces = async (archive: Buffer) => {
    let pieces = 0;
    const engine: Pick<Engine, "getArchive"> = {
      getArchive: async () =>
        (async function* () {
          for (let at = 0; at < archive.length; at += 300) {
            pieces += 1;
            yield await Promise.resolve(archive.subarray(at, at + 300));
          }
        })(),
    };
    const found = await findChangedSecrets(
      {
        stack: stackOf([app]) as Stack,
        engine: async () => engine as Engine,
        secretVariable: () => value,
        signal: new AbortController().signal,
      },
      { containers: running },
    );
    return { found: [...found], pieces };
  };
  expect(await inPieces(whole)).toMatchObject({ found: [] });
  expect(await inPieces(most)).toMatchObject({ found: [] });
  expect(await inPieces(Buffer.concat([most, Buffer.alloc(1)]))).toMatchObject({ found: ["app"] });
  const endless = await inPieces(Buffer.concat([most, Buffer.alloc(1_000_000)]));
  expect(endless).toEqual({ found: ["app"], pieces: Math.floor(limit / 300) + 1 });
});

test("one secret of several that is another one makes its service a changed one", async () => {
  const both = [...secrets, { secret: "key", target: "/run/secrets/copy", mode: 0o400 }];
  const getArchive: Engine["getArchive"] = async (_, file) =>
    (async function* () {
      yield await Promise.resolve(archiveOf(file.endsWith("copy") ? "before" : "hunter2"));
    })();
  const found = await findChangedSecrets(
    {
      stack: stackOf([aService({ name: "app", secrets: both })]) as Stack,
      engine: async () => ({ getArchive }) as Engine,
      secretVariable: () => "hunter2",
      signal: new AbortController().signal,
    },
    { containers: running },
  );
  expect([...found]).toEqual(["app"]);
});
