import { expect, test } from "vitest";
import type { Engine } from "../../../src/docker/engine.ts";
import { type Looker, seen } from "../../../src/verify/look.ts";
import { tryConnectionsIn } from "../../../src/verify/try-connections.ts";
import { aStack } from "../../support/builders.ts";
import { aService } from "../../support/a-service.ts";

test("a helper that the Engine makes while the run is interrupted is removed", async () => {
  const stop = new AbortController();
  const removed: string[] = [];
  const engine: Pick<Engine, "createContainer" | "startContainer" | "removeContainer"> = {
    createContainer: async (_request, signal) => {
      stop.abort(new Error("interrupted"));
      signal?.throwIfAborted();
      return "made";
    },
    startContainer: async () => {
      throw new Error("started");
    },
    removeContainer: async (id) => void removed.push(id),
  };
  const look: Looker = async (_subject, work) => seen(await work(stop.signal));
  const helper = { reference: "web", tool: { type: "busybox", path: "/bin/busybox" } } as const;

  const trying = tryConnectionsIn({ stack: aStack(), runId: "r" }, engine as Engine, {
    helper,
    look,
  });
  const from = {
    service: aService({ name: "web" }),
    containerId: "c",
    addresses: [],
    gateways: [],
    ports: [],
    tool: undefined,
  };

  await expect(trying(from, [{ host: "192.0.2.1", port: 1 }])).rejects.toThrow("interrupted");
  expect(removed).toEqual(["made"]);
});
