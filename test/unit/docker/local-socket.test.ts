import { mkdir, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import path from "node:path";
import { expect, test } from "vitest";
import { findLocalSocket } from "../../../src/docker/local-socket.ts";
import { temporaryFolder } from "../../support/temporary-store.ts";

/** What is found in a home folder whose Engine listens at `engine.sock`. */
async function findIn(
  folder: string,
  inputs: {
    readonly host?: string;
    readonly contextName?: string;
    readonly environment?: Readonly<Record<string, string>>;
    readonly platform?: string;
  },
) {
  return findLocalSocket({
    host: inputs.host,
    contextName: inputs.contextName,
    environment: new Map(Object.entries(inputs.environment ?? {})),
    homeDirectory: folder,
    platform: inputs.platform ?? "linux",
  });
}

async function listenAt(socket: string): Promise<AsyncDisposable> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(socket, listening));
  return {
    async [Symbol.asyncDispose]() {
      await new Promise((closed) => server.close(closed));
    },
  };
}

test("the socket of the Engine that is chosen, with its group", async () => {
  await using folder = await temporaryFolder();
  const socket = path.join(folder.path, "engine.sock");
  await using _ = await listenAt(socket);
  const { gid } = await stat(socket);
  const url = `unix://${socket}`;

  expect(await findIn(folder.path, { host: url })).toEqual({ path: socket, gid });
  expect(await findIn(folder.path, { environment: { DOCKER_HOST: url } })).toEqual({
    path: socket,
    gid,
  });
});

test("none where the Engine is elsewhere, or its choice is one that is refused", async () => {
  await using folder = await temporaryFolder();
  const socket = path.join(folder.path, "engine.sock");
  await using _ = await listenAt(socket);
  const url = `unix://${socket}`;
  await writeFile(path.join(folder.path, "file"), "");
  await mkdir(path.join(folder.path, ".docker"));

  for (const inputs of [
    { host: "tcp://127.0.0.1:2375" },
    { host: "ssh://me@engine.example" },
    { host: `unix://${folder.path}/file` },
    { host: `unix://${folder.path}/missing` },
    { host: "nonsense://x" },
    { contextName: "missing" },
    { host: url, contextName: "both" },
    { host: url, platform: "darwin" },
  ])
    expect(await findIn(folder.path, inputs)).toBeUndefined();
});
