import { QclockError } from "../../error.ts";
import type { Registry } from "../command.ts";
import { declareCommand } from "../command.ts";
import { findService, withStack } from "../open/context.ts";
import { type ExecOptions, isRoot, planExec } from "../exec-options.ts";

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
    (each) =>
      each
        .option("-i, --interactive", "give it this command's input; the default unless -t is given")
        .option("-t, --tty", "give it a terminal; the default where this command has one")
        .option("-T, --no-tty", "do not give it a terminal")
        .option(
          "-e, --env <variable>",
          "set a variable, NAME=value; NAME takes this command's own (repeatable)",
          (value: string, before: readonly string[]) => [...before, value],
          [],
        )
        .option("-w, --workdir <path>", "run in this folder of the container")
        .option("-u, --user <user>", "run as another user; as root, that is said")
        // What follows the program's name belongs to the program.
        .passThroughOptions(),
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
        if (plan.user !== undefined && isRoot(plan.user)) {
          session.emit({
            type: "notice",
            level: "warning",
            message: `This runs as root in "${service}"; what it writes belongs to root.`,
          });
        }
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
