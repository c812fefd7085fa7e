import { createServer } from "node:net";
import { stat } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { withEngineSocket } from "../../../../src/cli/open/engine-socket.ts";
import { temporaryFolder } from "../../../support/temporary-store.ts";

test("the Engine's socket is told where neither the environment nor a file does", async () => {
  await using folder = await temporaryFolder();
  const socket = path.join(folder.path, "engine.sock");
  const server = createServer();
  await new Promise<void>((listening) => server.listen(socket, listening));
  const { gid } = await stat(socket);
  const read = async (host: string, environment: ReadonlyMap<string, string>) =>
    withEngineSocket(
      { environment, origins: new Map(), read: [] },
      // @ts-expect-error -- only what is needed of a session
      { settings: { host }, host: { environment: new Map(), homeDirectory: folder.path } },
    );
  const local = `unix://${socket}`;

  expect(await read(local, new Map([["A", "1"]]))).toEqual({
    environment: new Map([
      ["A", "1"],
      ["QCLOCK_ENGINE_SOCKET", socket],
      ["QCLOCK_ENGINE_SOCKET_GROUP", String(gid)],
    ]),
    origins: new Map([
      ["QCLOCK_ENGINE_SOCKET", "Engine"],
      ["QCLOCK_ENGINE_SOCKET_GROUP", "Engine"],
    ]),
    read: [],
  });
  const set = new Map([
    ["QCLOCK_ENGINE_SOCKET", "/x"],
    ["QCLOCK_ENGINE_SOCKET_GROUP", ""],
  ]);
  expect(await read(local, set)).toMatchObject({ environment: set, origins: new Map() });
  expect((await read("tcp://127.0.0.1:1", new Map())).environment.size).toBe(0);
  await new Promise((closed) => server.close(closed));
});
