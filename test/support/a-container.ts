import { randomBytes } from "node:crypto";
import type { ContainerRequest, Engine } from "../../src/docker/engine.ts";
import { labels } from "../../src/stack/labels.ts";

/**
 * Run an image once, hardened and without a network, and give what it printed. The container is
 * removed.
 */
export async function runOnce(
  engine: Engine,
  request: Pick<ContainerRequest, "image" | "command"> & { readonly stack: string },
): Promise<{ readonly code: number; readonly output: string }> {
  const { stack, image, command } = request;
  const id = await engine.createContainer({
    name: `${stack}-once-${randomBytes(4).toString("hex")}`,
    image,
    ...(command === undefined ? {} : { command }),
    environment: new Map(),
    labels: new Map([
      [labels.stack, stack],
      ["dev.qclock.test", "1"],
    ]),
    ports: [],
    mounts: [],
    tmpfs: [],
    limits: { memoryBytes: 64 * 1024 * 1024, cpus: 1, pids: 32 },
    readOnlyRoot: true,
    dropCapabilities: ["ALL"],
    addCapabilities: [],
    noNewPrivileges: true,
    init: false,
    restart: { type: "no" },
  });
  try {
    await engine.startContainer(id);
    const lines = await Array.fromAsync(engine.logs(id, { follow: true }));
    const code = await engine.waitContainer(id);
    return { code, output: lines.map(({ text }) => text).join("\n") };
  } finally {
    await engine.removeContainer(id);
  }
}
