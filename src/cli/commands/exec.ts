import { QclockError } from "../../error.ts";
import type { Registry } from "../command.ts";
import { declareCommand } from "../command.ts";
import { findService, withStack } from "../context.ts";

interface Options {
  user?: string;
  tty: boolean;
}

/** `qclock exec SERVICE COMMAND` */
export function registerExec({ program, run }: Registry): void {
  const command = declareCommand(
    program,
    {
      usage: "exec <service> <command> [args...]",
      summary: "Run a command inside a running service",
      description:
        "It gets this terminal, or this command's pipes; its exit code becomes this command's.",
      examples: [
        ["qclock exec app bash", "a shell, where the image has one"],
        [
          "qclock exec db mariadb-admin status",
          "options after the program's name are the program's",
        ],
        ["qclock exec -T app cat /etc/os-release > os", "without a terminal, into a file"],
      ],
    },
    (each) =>
      each
        .option("-u, --user <user>", "run as another user")
        .option("-T, --no-tty", "do not give it a terminal")
        // What follows the program's name belongs to the program.
        .passThroughOptions(),
  );
  command.action((service: string, name: string, args: string[], options: Options) =>
    run(command, (session) =>
      withStack(session, async (context) => {
        const { containerName } = findService(context.stack, service);
        const engine = await context.engine();
        const state = await engine.inspectContainer(containerName, session.signal);
        if (state?.status !== "running") {
          throw new QclockError(
            "service-not-found",
            `Service "${service}" is not running${state === undefined ? "" : `: it is ${state.status}`}.`,
            {
              hint: "Start it with qclock up.",
            },
          );
        }
        await session.settle();
        const { stdin, stdout, stderr } = session.host;
        return engine.execInteractive(
          state.id,
          [name, ...args],
          {
            tty: options.tty && stdin.isTTY && stdout.isTTY,
            stdin,
            stdout,
            stderr,
            ...(options.user === undefined ? {} : { user: options.user }),
          },
          session.signal,
        );
      }),
    ),
  );
}
