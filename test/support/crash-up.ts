import type { Engine } from "../../src/docker/engine.ts";
import { up } from "../../src/run/up.ts";
import type { Service, Stack } from "../../src/stack/stack.ts";
import { aNetworkIn, aPublishNetworkIn } from "./a-network.ts";
import { aProbe } from "./a-probe.ts";
import { aShellService, createTestStack, type TestStack, webServer } from "./runtime.ts";

/** Calls that change the Engine: after each of them the world is another one. */
const changes = [
  "loadImages",
  "tagImage",
  "removeImage",
  "createNetwork",
  "connectNetwork",
  "removeNetwork",
  "createVolume",
  "removeVolume",
  "createContainer",
  "startContainer",
  "stopContainer",
  "removeContainer",
  "putArchive",
] as const satisfies readonly (keyof Engine)[];

/** A stack that needs every kind of change: two networks, a volume, secrets, a job, an order. */
export function crashStack(rig: Pick<TestStack, "name" | "stack">): Stack {
  const secrets = [{ secret: "password", target: "/run/secrets/password", mode: 0o400 }];
  const data = [{ type: "volume", volume: "data", target: "/data", readOnly: false }] as const;
  const on = (...names: readonly string[]): Pick<Service, "networks"> => ({
    networks: new Map(names.map((name) => [name, { aliases: [] }])),
  });
  const timing = { startPeriodMs: 10_000, timeoutMs: 500, retries: 1, intervalMs: 200 };
  return rig.stack({
    services: [
      aShellService(rig.name, "init", {
        ...on("edge"),
        job: true,
        restart: { type: "no" },
        mounts: data,
        script: "sleep 0.2; touch /data/made",
      }),
      aShellService(rig.name, "store", {
        ...on("edge"),
        secrets,
        mounts: data,
        dependsOn: new Map([["init", "service_completed_successfully"]]),
        // A database that finds no password, or no schema, ends.
        command: [
          "/bin/sh",
          "-c",
          `test -s /run/secrets/password -a -e /data/made || exit 9; exec ${quote(webServer(3306))}`,
        ],
        probes: [aProbe({ type: "tcp_socket", port: 3306 }, timing)],
      }),
      aShellService(rig.name, "web", {
        ...on("edge", "publish"),
        secrets,
        dependsOn: new Map([["store", "service_healthy"]]),
        command: webServer(8080),
        ports: [{ hostAddress: "127.0.0.1", hostPort: 0, containerPort: 8080, protocol: "tcp" }],
        probes: [aProbe({ type: "tcp_socket", port: 8080 }, timing)],
      }),
    ],
    networks: [aNetworkIn(rig.name, "edge"), aPublishNetworkIn(rig.name)],
    volumes: [{ name: "data", engineName: `${rig.name}_data`, labels: new Map() }],
    secrets: [{ name: "password", source: { type: "generate", length: 24 } }],
  });
}

function quote(words: readonly string[]): string {
  return words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
}

/**
 * As the program of a process: bring the stack up, and die at the change of that number as a kill
 * would have it.
 */
if (import.meta.main) {
  const [directory = "", name = "", number = "", moment = ""] = process.argv.slice(2);
  const rig = await createTestStack({ directory, name });
  let count = 0;
  const engine = new Proxy(rig.engine, {
    get(target, property, receiver) {
      const member: unknown = Reflect.get(target, property, receiver);
      if (typeof member !== "function" || !changes.some((change) => change === property))
        return member;
      return async (...parameters: unknown[]) => {
        const isLast = ++count === Number(number);
        if (isLast && moment === "before") process.kill(process.pid, "SIGKILL");
        const result: unknown = await Reflect.apply(member, target, parameters);
        if (isLast) process.kill(process.pid, "SIGKILL");
        return result;
      };
    },
  });
  const report = await up(rig.context(crashStack(rig), { engine: async () => engine }), {});
  console.log(`${report.status} after ${count} changes`);
}
