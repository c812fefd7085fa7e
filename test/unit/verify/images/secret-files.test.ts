import { expect, test } from "vitest";
import type { Engine } from "../../../../src/docker/engine.ts";
import { QclockError } from "../../../../src/error.ts";
import { readSecretFiles } from "../../../../src/verify/images/secret-files.ts";
import { aService } from "../../../support/a-service.ts";
import { type TarItem, tarOf } from "../../../support/tar.ts";

const service = aService({
  name: "app",
  secrets: ["db", "key", "none"].map((secret) => ({
    secret,
    target: `/run/secrets/${secret}`,
    mode: 0o400,
  })),
});

function holding(files: Readonly<Record<string, Partial<TarItem>>>, otherwise: Error): Engine {
  const engine: Pick<Engine, "getArchive"> = {
    getArchive: async (_id, path) => {
      const item = files[path];
      if (item === undefined) throw otherwise;
      return (async function* () {
        yield tarOf([{ path: path.split("/").at(-1) ?? "", ...item }]);
      })();
    },
  };
  return engine as Engine;
}

const missing = new QclockError("engine-failed", "No such file.");
const { signal } = new AbortController();

test("owner, mode and size are told of each secret's file, and what it holds apart", async () => {
  const long = "k".repeat(5000);
  const engine = holding(
    {
      "/run/secrets/db": { content: " hunter2\n", mode: 0o440, uid: 5, gid: 6 },
      "/run/secrets/key": { content: long },
    },
    missing,
  );
  const { files, values } = await readSecretFiles(engine, { service, containerId: "c", signal });

  expect(files).toEqual([
    {
      secret: "db",
      target: "/run/secrets/db",
      found: { uid: 5, gid: 6, mode: 0o440, sizeBytes: 9 },
    },
    {
      secret: "key",
      target: "/run/secrets/key",
      found: { uid: 0, gid: 0, mode: 0o644, sizeBytes: 5000 },
    },
    { secret: "none", target: "/run/secrets/none", found: undefined },
  ]);
  expect(values).toEqual(["hunter2", long.slice(0, 4096)]);
});

test("an empty file has no value that could be looked for", async () => {
  const one = { ...service, secrets: service.secrets.slice(0, 1) };
  const engine = holding({ "/run/secrets/db": { content: "\n" } }, missing);
  const { files, values } = await readSecretFiles(engine, {
    service: one,
    containerId: "c",
    signal,
  });
  expect(files).toMatchObject([{ found: { sizeBytes: 1 } }]);
  expect(values).toEqual([]);
});

test("a bug and an interruption are no missing files", async () => {
  const bug = holding({}, new TypeError("no archive"));
  await expect(readSecretFiles(bug, { service, containerId: "c", signal })).rejects.toThrow(
    "no archive",
  );
  const stop = AbortSignal.abort(new Error("interrupted"));
  await expect(
    readSecretFiles(holding({}, missing), { service, containerId: "c", signal: stop }),
  ).rejects.toThrow("interrupted");
});
