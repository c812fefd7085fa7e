import { QclockError } from "../../error.ts";
import type { Registry } from "../command.ts";
import { declareCommand } from "../command.ts";
import { findService, withStack } from "../open/context.ts";
import { addExecOptions, type ExecOptions, planExec, warnOfRoot } from "../exec-options.ts";

/** `qclock exec SERVICE COMMAND` */
export function registerExec({ program, run }: Registry): void {
  const command = declareCommand(
    program,
    {
      usage: "exec <service> <command> [args...]",
      summary: "Run a command inside a running service",
      description:
        "It gets this terminal, or this command's pipes; its exit code becomes this command's.\n" +
        "The options mean what they mean for docker exec, and stand before the service.",
      examples: [
        ["qclock exec app bash", "a shell, where the image has one"],
        [
          "qclock exec db mariadb-admin status",
          "options after the program's name are the program's",
        ],
        ["qclock exec -it -w /srv -e DEBUG=1 app bash", "in a folder, with a variable"],
        ["qclock exec -T app cat /etc/os-release > os", "without a terminal, into a file"],
      ],
    },
    addExecOptions,
  );
  command.action((service: string, name: string, args: string[], options: ExecOptions) =>
    run(command, (session) => {
      const { stdin, stdout, stderr, environment } = session.host;
      const { command: words, ...plan } = planExec({
        service,
        words: [name, ...args],
        options,
        environment,
        isInputTerminal: stdin.isTTY,
        isOutputTerminal: stdout.isTTY,
      });
      return withStack(session, async (context) => {
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
        warnOfRoot(session, plan.user, `"${service}"`);
        await session.settle();
        return engine.execInteractive(
          state.id,
          words,
          { ...plan, stdin, stdout, stderr },
          session.signal,
        );
      });
    }),
  );
}
