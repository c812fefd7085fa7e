import path from "node:path";
import { exitCodeOfReport } from "../../src/cli/process/exit-code.ts";
import { connectEngine } from "../../src/docker/connect.ts";
import { up } from "../../src/run/up.ts";
import type { Stack } from "../../src/stack/stack.ts";
import { aNetworkIn } from "./a-network.ts";
import { aProbe } from "./a-probe.ts";
import { aShellService, createTestStack, type TestStack, webServer } from "./runtime.ts";

/** How the service of `waitingStack` is probed. */
export type WaitedBy = "exec" | "tcp_socket";

/** What `up` says in its process while it waits, a line of JSON each. */
export type WaitingLine =
  | { readonly type: "said"; readonly text: string }
  | {
      readonly type: "ended";
      readonly exitCode: number;
      readonly message: string;
      readonly details: readonly string[];
    };

/**
 * Where files are made that the service looks for: `ready` lets its probe succeed, `end` ends it
 * with 3.
 */
export function controlFolder({ stack }: Pick<TestStack, "stack">): string {
  return path.join(stack({ services: [] }).directory, "control");
}

/** A stack of one service, which is ready once it is told to be. */
export function waitingStack(rig: Pick<TestStack, "name" | "stack">, waitedBy: WaitedBy): Stack {
  const timing = { startPeriodMs: 120_000, intervalMs: 200, successThreshold: 1 };
  const server = webServer(8080)
    .map((word) => `'${word.replaceAll("'", `'\\''`)}'`)
    .join(" ");
  const service = aShellService(rig.name, "web", {
    script: `while ! test -e /control/ready; do test -e /control/end && exit 3; sleep 0.05; done; exec ${server}`,
    mounts: [{ type: "bind", source: controlFolder(rig), target: "/control", readOnly: true }],
    networks: new Map([["edge", { aliases: [] }]]),
    restart: { type: "no" },
    probes: [
      waitedBy === "exec"
        ? aProbe({ type: "exec", command: ["/bin/ls", "/control/ready"] }, timing)
        : aProbe({ type: "tcp_socket", port: 8080 }, timing),
    ],
  });
  return rig.stack({
    services: [service],
    networks: [aNetworkIn(rig.name, "edge")],
  });
}

function print(line: WaitingLine): void {
  console.log(JSON.stringify(line));
}

/** As the program of a process: bring the stack up, and say what its user would see. */
if (import.meta.main) {
  const [directory = "", name = "", host = "", waitedBy = ""] = process.argv.slice(2);
  const engine = await connectEngine({
    host,
    environment: new Map(),
    homeDirectory: directory,
    onNotice: (text) => print({ type: "said", text }),
  });
  const rig = await createTestStack({ directory, name, engine });
  const stack = waitingStack(rig, waitedBy === "exec" ? "exec" : "tcp_socket");
  const context = rig.context(stack, {
    emit(event) {
      if (event.type === "node-waiting") print({ type: "said", text: event.reason });
      if (event.type === "node-output") print({ type: "said", text: event.line });
      if (event.type === "node-finished" && event.outcome.status === "failed")
        print({ type: "said", text: `failed: ${event.outcome.error.message}` });
    },
  });
  const report = await up(context, {});
  const [error] = report.nodes.flatMap(({ outcome }) =>
    outcome.status === "failed" ? [outcome.error] : [],
  );
  const { message = "", details = [] } = error ?? {};
  print({ type: "ended", exitCode: exitCodeOfReport(report), message, details });
}
