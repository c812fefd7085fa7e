import { expect, test } from "vitest";
import type { Engine } from "../../../../src/docker/engine.ts";
import { secretsHash } from "../../../../src/plan/volumes/plan-volumes.ts";
import { writeSecrets } from "../../../../src/run/services/secrets.ts";
import { labels } from "../../../../src/stack/labels.ts";
import type { Secret, Service } from "../../../../src/stack/stack.ts";
import { aService, aStack } from "../../../support/builders.ts";
import { memoryEngine, type MemoryEngine } from "../../../support/memory-engine.ts";
import { instead, refusing } from "../../../support/operation-rig.ts";
import { readItems } from "../../../support/tar.ts";

const secrets: readonly Secret[] = [
  { name: "key", source: { type: "environment", variable: "KEY" } },
  { name: "password", source: { type: "generate", length: 24 } },
  { name: "token", source: { type: "generate", length: 8 } },
];

function aReader(name: string, read: readonly string[]): Service {
  return aService({
    name,
    secrets: read.map((secret) => ({
      secret,
      target: `/run/secrets/${secret}.txt`,
      mode: 0o440,
      ...(secret === "token" ? { uid: 7, gid: 8 } : {}),
    })),
  });
}

let runs = 0;

/** Write a service's secrets in a run of its own, or in one that is named. */
async function write(
  service: Service,
  engine: Engine,
  { runId = `run-${++runs}`, key = "hunter2" } = {},
) {
  return await writeSecrets({
    engine,
    stackName: "t",
    stack: aStack({ services: [service], secrets }),
    service,
    owner: { uid: 10_001, gid: 10_002 },
    labels: new Map([[labels.stack, "t"]]),
    secretVariable: (name) => (name === "KEY" ? key : undefined),
    runId,
    version: "0.0.0-test",
    signal: new AbortController().signal,
  });
}

/** The content of a file in a service's volume. */
function valueOf(engine: MemoryEngine, service: string, secret: string): string | undefined {
  return engine.volumes.get(`t_${service}-secrets`)?.files.get(`${secret}.txt`)?.content;
}

test("each secret is a file of whoever is to read it, in a folder that they own", async () => {
  const engine = memoryEngine();
  const archives: Buffer[] = [];
  const watched = instead(engine, {
    async putArchive(id, path, archive, ...rest) {
      expect(path).toBe("/");
      // Secrets are sent whole.
      const bytes = archive instanceof Uint8Array ? Buffer.from(archive) : Buffer.alloc(0);
      archives.push(bytes);
      await engine.putArchive(id, path, bytes, ...rest);
    },
  });
  const service = aReader("app", ["key", "password", "token"]);
  const records = await write(service, watched);
  const volume = engine.volumes.get("t_app-secrets");
  expect(Object.fromEntries(volume?.labels ?? [])).toEqual({
    [labels.stack]: "t",
    [labels.secrets]: "key,password,token",
    [labels.configHash]: secretsHash(service),
    [labels.record]: records.volume,
  });
  expect(records.volume).not.toBe("");
  expect(records.generated).toBe(engine.volumes.get("t__secrets")?.labels.get(labels.record));
  expect(volume?.files).toEqual(
    new Map([
      ["key.txt", { content: "hunter2", mode: 0o440, uid: 10_001, gid: 10_002 }],
      [
        "password.txt",
        {
          content: expect.stringMatching(/^[A-HJ-NP-Za-km-z2-9]{24}$/),
          mode: 0o440,
          uid: 10_001,
          gid: 10_002,
        },
      ],
      [
        "token.txt",
        {
          content: expect.stringMatching(/^[A-HJ-NP-Za-km-z2-9]{8}$/),
          mode: 0o440,
          uid: 7,
          gid: 8,
        },
      ],
    ]),
  );
  const folders = archives.map((archive) =>
    readItems(archive)
      .filter(({ flag }) => flag === "5")
      .map(({ path, mode, uid, gid }) => ({ path, mode, uid, gid })),
  );
  const folder = { path: "volume/", mode: 0o550 };
  expect(folders).toEqual([
    [{ ...folder, uid: 0, gid: 0 }],
    [{ ...folder, uid: 10_001, gid: 10_002 }],
  ]);
  // An archive ends with two blocks of zeros.
  expect(archives.every((archive) => archive.length % 512 === 0)).toBe(true);
  expect(engine.containers.size).toBe(0);
});

test("a value that was generated is the same for each service, in this run and in later ones", async () => {
  const engine = memoryEngine();
  await Promise.all([
    write(aReader("one", ["password", "token"]), engine, { runId: "same" }),
    write(aReader("two", ["token", "password"]), engine, { runId: "same" }),
    write(aReader("three", ["key"]), engine, { runId: "same" }),
  ]);
  await write(aReader("four", ["password"]), engine);
  const password = valueOf(engine, "one", "password");
  expect(password).toHaveLength(24);
  expect(valueOf(engine, "two", "password")).toBe(password);
  expect(valueOf(engine, "four", "password")).toBe(password);
  expect(valueOf(engine, "two", "token")).toBe(valueOf(engine, "one", "token"));
  expect(valueOf(engine, "three", "key")).toBe("hunter2");
  const generated = engine.volumes.get("t__secrets")?.files;
  expect(generated).toEqual(
    new Map([
      ["password", { content: password, mode: 0o400, uid: 0, gid: 0 }],
      ["token", { content: valueOf(engine, "one", "token"), mode: 0o400, uid: 0, gid: 0 }],
    ]),
  );
  // In a run the values are asked for once, and a value that is there is not written again.
  const put = engine.calls.filter((call) => call.startsWith("put archive"));
  expect(put).toHaveLength(5);
});

test("a service without generated secrets has no record of any", async () => {
  const engine = memoryEngine();
  expect(await write(aReader("app", ["key"]), engine)).toMatchObject({ generated: "" });
  expect([...engine.volumes.keys()]).toEqual(["t_app-secrets"]);
});

test("a passing fault is not taken for an absence, which would make a second password", async () => {
  const engine = memoryEngine();
  await write(aReader("one", ["password"]), engine);
  const before = valueOf(engine, "one", "password");
  const broken = instead(engine, { getArchive: refusing(500, "the disk hangs") });
  await expect(write(aReader("two", ["password"]), broken)).rejects.toThrow("the disk hangs");
  expect(engine.volumes.has("t_two-secrets")).toBe(false);
  expect(engine.volumes.get("t__secrets")?.files.get("password")?.content).toBe(before);

  // One service's failure in a run is not the next one's.
  let isBroken = true;
  const recovering = instead(engine, {
    getArchive: async (...asked) => {
      if (!isBroken) return await engine.getArchive(...asked);
      isBroken = false;
      return await refusing(500, "the disk hangs")();
    },
  });
  const inOne = { runId: "recovering" };
  await expect(write(aReader("two", ["password"]), recovering, inOne)).rejects.toThrow("hangs");
  await write(aReader("three", ["password"]), recovering, inOne);
  expect(valueOf(engine, "three", "password")).toBe(before);
});

test("a file that a run was killed in the middle of holds no secret yet", async () => {
  const engine = memoryEngine();
  await engine.createVolume("t__secrets", new Map([[labels.stack, "t"]]));
  const nothing = { content: "", mode: 0o400, uid: 0, gid: 0 };
  engine.volumes.get("t__secrets")?.files.set("password", nothing);
  await write(aReader("app", ["password"]), engine);
  expect(valueOf(engine, "app", "password")).toHaveLength(24);
});
