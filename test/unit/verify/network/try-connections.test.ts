import { expect, test } from "vitest";
import type { Engine } from "../../../../src/docker/engine.ts";
import { type Looker, seen } from "../../../../src/verify/services/look.ts";
import type { ConnectTool, RunningService } from "../../../../src/verify/network/reachability.ts";
import { tryConnectionsIn } from "../../../../src/verify/network/try-connections.ts";
import { anImage, aStack } from "../../../support/builders.ts";
import { aService } from "../../../support/a-service.ts";

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
  const stack = aStack({ images: [anImage("tools")] });
  const running = (name: string, tool?: ConnectTool): RunningService => ({
    service: aService({ name, image: "tools" }),
    containerId: name,
    addresses: [],
    gateways: [],
    ports: [],
    tool,
  });
  const from = running("web");
  const other = running("other", { type: "busybox", path: "/bin/busybox" });
  const trying = tryConnectionsIn({ stack, runId: "r" }, engine as Engine, {
    running: new Map([
      ["web", from],
      ["other", other],
    ]),
    look,
  });

  await expect(trying(from, [{ host: "192.0.2.1", port: 1 }])).rejects.toThrow("interrupted");
  expect(removed).toEqual(["made"]);
});
