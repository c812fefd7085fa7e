import { chmod, mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import type { RunReport } from "../../src/run/execution/event.ts";
import type { Service } from "../../src/stack/stack.ts";
import { aNetworkIn } from "./a-network.ts";
import { aProbe } from "./a-probe.ts";
import { aService } from "./a-service.ts";
import { elfOf } from "./elf.ts";
import { memoryEngine, type MemoryEngine, type Program } from "./memory-engine.ts";
import { createTestStack, testUser, type TestStack, type TestStackParts } from "./runtime.ts";
import { temporaryFolder } from "./temporary-store.ts";

/** The name of every stack in memory. */
export const memoryName = "shop";

/** A stack on an Engine in memory, whose image holds one program. */
export interface MemoryStack extends AsyncDisposable {
  readonly engine: MemoryEngine;
  readonly rig: TestStack;
  /** What the Engine was told to change since this was asked last. */
  told(): readonly string[];
}

/** Begin a stack in memory; `programOf` says what its services do. */
export async function openMemoryStack(
  programOf?: (service: string) => Program,
): Promise<MemoryStack> {
  const folder = await temporaryFolder();
  const program = path.join(folder.path, "tools", "app");
  await mkdir(path.dirname(program), { recursive: true });
  await writeFile(program, elfOf({}));
  await chmod(program, 0o755);
  const engine = memoryEngine(programOf);
  const rig = await createTestStack({ name: memoryName, directory: folder.path, engine });
  let seen = 0;
  return {
    engine,
    rig,
    told: () => {
      const fresh = engine.calls.slice(seen);
      seen = engine.calls.length;
      return fresh;
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

/** A service of the image `tools` whose probe runs `/app check`. */
export function aMemoryService(name: string, parts: Partial<Service> = {}): Service {
  return aService({
    name,
    image: "tools",
    containerName: `${memoryName}-${name}-1`,
    user: testUser,
    command: ["/app"],
    probes: [
      aProbe({ type: "exec", command: ["/app", "check"] }, { intervalMs: 1, startPeriodMs: 1000 }),
    ],
    ...parts,
  });
}

/** `app` needs `db`; both are on one network and read one secret, `db` has data. */
export function appAndDb(app: Partial<Service> = {}, db: Partial<Service> = {}): TestStackParts {
  const secrets = [{ secret: "password", target: "/run/secrets/password", mode: 0o440 }];
  const networks = new Map([["edge", { aliases: [] }]]);
  return {
    services: [
      aMemoryService("db", {
        networks,
        secrets,
        mounts: [{ type: "volume", volume: "data", target: "/data", readOnly: false }],
        ...db,
      }),
      aMemoryService("app", {
        networks,
        secrets,
        dependsOn: new Map([["db", "service_healthy"]]),
        ...app,
      }),
    ],
    networks: [aNetworkIn(memoryName, "edge", { isolated: true })],
    volumes: [{ name: "data", engineName: `${memoryName}_data`, labels: new Map() }],
    secrets: [{ name: "password", source: { type: "generate", length: 24 } }],
  };
}

/** The messages of what failed in a run. */
export function failuresOf({ nodes }: RunReport): readonly string[] {
  return nodes.flatMap(({ node, outcome }) =>
    outcome.status === "failed" ? [`${node.id}: ${outcome.error.message}`] : [],
  );
}
