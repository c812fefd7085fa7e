import type { Engine } from "../../docker/engine.ts";
import type { Registry } from "../command.ts";
import { declareCommand } from "../command.ts";
import { engineOf } from "../open/context.ts";
import type { Session } from "../open/session.ts";

/** `qclock engine info` and `qclock engine ensure` */
export function registerEngine({ program, run }: Registry): void {
  const engine = declareCommand(program, {
    usage: "engine",
    summary: "Find the container Engine, or install the distribution's",
    examples: [
      ["qclock engine info", "which Engine is used, and what it can do"],
      [
        "sudo qclock engine ensure",
        "on Debian and Ubuntu: install and start one where there is none",
      ],
    ],
  });
  const info = declareCommand(engine, {
    usage: "info",
    summary: "Show which Engine is used and what it can do",
    examples: [
      ["qclock engine info", "as text"],
      ["qclock engine info --host ssh://build.example --json", "another one, for a program"],
    ],
  });
  info.action(() =>
    run(info, async (session) => {
      await using connection = engineOf(session);
      await showEngine(session, await connection.engine());
      return 0;
    }),
  );
  const ensure = declareCommand(engine, {
    usage: "ensure",
    summary: "Make sure that an Engine answers: find it, start it, or install it",
    description:
      "Installs only on Debian and Ubuntu, as root, from the distribution's own packages. Elsewhere it says what to do.",
    examples: [
      ["qclock engine ensure", "before the first up on a new machine"],
      ["qclock engine ensure --quiet && qclock up", "in CI"],
    ],
  });
  ensure.action(() =>
    run(ensure, async (session) => {
      const { ensureEngine } = await import("../../docker/ensure.ts");
      const { host, settings, signal, emit } = session;
      await using found = await ensureEngine({
        host: settings.host,
        contextName: settings.context,
        environment: host.environment,
        homeDirectory: host.homeDirectory,
        signal,
        onStep: (message) => emit({ type: "notice", level: "info", message }),
      });
      await showEngine(session, found);
      return 0;
    }),
  );
}

async function showEngine(session: Session, engine: Engine): Promise<void> {
  const info = await engine.info(session.signal);
  await session.settle();
  if (session.settings.json) {
    session.printDocument("engine", { endpoint: engine.endpoint, engine: info });
    return;
  }
  const { url, origin } = engine.endpoint;
  const can = [
    ["memory limits", info.memoryLimit],
    ["CPU limits", info.cpuLimit],
    ["process limits", info.pidsLimit],
    ["an init process", info.hasInit],
  ] as const;
  const rows: readonly (readonly [string, string])[] = [
    [
      "Engine",
      `${info.isPodman ? "podman" : "docker"} ${info.version}, API ${info.apiVersion}${info.rootless ? ", rootless" : ""}`,
    ],
    ["Reached at", `${url} (${origin})`],
    ["Machine", `${info.name}, ${info.operatingSystem}, ${info.architecture}`],
    ["Images", `${info.imageStore} store, ${info.storageDriver}`],
    [
      "Has",
      can
        .filter(([, has]) => has)
        .map(([name]) => name)
        .join(", ") || "no limits",
    ],
    [
      "Lacks",
      can
        .filter(([, has]) => !has)
        .map(([name]) => name)
        .join(", ") || "nothing that qclock uses",
    ],
  ];
  for (const [name, value] of rows)
    session.print(`${session.style.faint(name.padEnd(11))} ${value}`);
}
