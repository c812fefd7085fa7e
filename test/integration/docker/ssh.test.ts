import { once } from "node:events";
import { createServer } from "node:http";
import { expect, test } from "vitest";
import { connectEngine } from "../../../src/docker/connect.ts";
import type { Engine } from "../../../src/docker/engine.ts";
import { attempt } from "../../../src/probe/attempt.ts";
import { aProbe, aTarget } from "../../support/a-probe.ts";
import { connectTestEngine } from "../../support/engines.ts";
import { type OwnSshd, obstacleToOwnSshd, startOwnSshd } from "../../support/own-sshd.ts";

const obstacle = obstacleToOwnSshd();
const why = obstacle === undefined ? "" : ` (skipped: ${obstacle})`;

async function connectOver(sshd: OwnSshd): Promise<Engine> {
  return connectEngine({
    host: "ssh://engine.example",
    environment: sshd.environment,
    homeDirectory: "/nonexistent",
  });
}

async function lookMuch(engine: Engine): Promise<void> {
  const looks = Array.from({ length: 40 }, (_, number) =>
    engine.inspectContainer(`t-absent-${number}`),
  );
  expect(new Set(await Promise.all(looks))).toEqual(new Set([undefined]));
}

test.skipIf(obstacle !== undefined)(
  `one login over ssh carries forty looks at once, and probes of its machine's ports${why}`,
  async () => {
    // More than one login under way is dropped.
    await using sshd = await startOwnSshd(["MaxStartups 1:100:1"]);
    await using engine = await connectOver(sshd);
    await using here = await connectTestEngine("unix:///var/run/docker.sock");
    expect((await engine.info()).id).toBe((await here.info()).id);
    await lookMuch(engine);

    const server = createServer((_, response) => void response.end("hello"));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as { port: number };
    const tryIt = async (probed: number): Promise<unknown> => {
      const socketPath = await engine.forward?.("127.0.0.1", probed);
      if (socketPath === undefined) throw new Error("sshd forwards ports by default");
      const target = aTarget({
        address: () => ({ host: "far.invalid", port: probed, isForwarded: true, socketPath }),
      });
      const signal = new AbortController().signal;
      const http = aProbe({
        type: "http_get",
        scheme: "http",
        port: probed,
        path: "/",
        headers: new Map(),
        status: [],
        json: new Map(),
        redirects: 0,
      });
      const tcp = aProbe({ type: "tcp_socket", port: probed });
      const results = [await attempt(http, target, signal), await attempt(tcp, target, signal)];
      return results.map(({ ok }) => ok);
    };
    expect(await tryIt(port)).toEqual([true, true]);
    // Nobody listens there, which only the other machine knows.
    expect(await tryIt(1)).toEqual([false, false]);
    server.close();

    expect(await sshd.logins()).toBe(1);
  },
);

test.skipIf(obstacle !== undefined)(
  `where sshd forwards nothing and takes few programs at once, all looks are answered${why}`,
  async () => {
    await using sshd = await startOwnSshd([
      "DisableForwarding yes",
      "MaxSessions 2",
      "MaxStartups 2:50:4",
    ]);
    await using engine = await connectOver(sshd);
    await lookMuch(engine);
    expect(await engine.forward?.("127.0.0.1", 1)).toBe(undefined);
    expect(await sshd.logins()).toBeLessThanOrEqual(7);
  },
);
