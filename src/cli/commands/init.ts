import path from "node:path";
import { formatNewProject } from "../../reporters/lists/new-project.ts";
import type { Registry } from "../command.ts";
import { declareCommand } from "../command.ts";
import type { InitOptions } from "../init/choose.ts";
import { displayPath } from "../open/manifest-file.ts";
import { version } from "../process/version.ts";

/** `qclock init` */
export function registerInit({ program, run }: Registry): void {
  const command = declareCommand(
    program,
    {
      usage: "init [directory]",
      summary: "Begin a stack: write a manifest and all that it needs into a folder",
      description:
        "Without a directory it is this one. Asks at a terminal for what no option says; elsewhere, and with --yes, takes\n" +
        "what is usual and tells it. The project is written whole or not at all, and no file that is there is written over:\n" +
        "beside a repository's own first files (.git, README.md, LICENSE, package.json and the like) the folder must be empty.",
      examples: [
        ["qclock init shop", "asks, and writes a stack into the folder shop"],
        [
          "qclock init --template empty --database postgres shop",
          "a page of one's own, and a database",
        ],
        ["qclock init --template qclock --name ops --port 9000 --yes .", "asks nothing"],
        ["qclock init --os oraclelinux-9 shop", "a stack that is made of Oracle Linux 9 first"],
      ],
    },
    (each) =>
      each
        .option("--template <name>", "what to begin with; a name that is none shows the list")
        .option("--name <name>", "name of the stack; by default the folder's")
        .option("--port <number>", "port of this machine for the first service that publishes one")
        .option("--database <kind>", "none, mariadb or postgres, for the template empty")
        .option("-y, --yes", "ask nothing, and take what is usual"),
  );
  command.action((directory: string | undefined, options: InitOptions) =>
    run(command, async (session) => {
      const [templates, { choose }, { projectFiles }, { checkPlace, writeProject }] =
        await Promise.all([
          import("../init/templates.ts").then(({ offeredTemplates }) => offeredTemplates()),
          import("../init/choose.ts"),
          import("../../templates/project-files.ts"),
          import("../../templates/write/write-project.ts"),
        ]);
      const { host, signal, settings, style } = session;
      const folder = path.resolve(host.workingDirectory, directory ?? ".");
      await checkPlace({ folder, isAlive });
      const chosen = await choose(session, { options, templates, folder });
      const { template, name, port, database, os, assumed } = chosen;
      const choices = {
        name,
        database,
        ...(port === undefined ? {} : { port }),
        ...(os === undefined ? {} : { os }),
      };
      const files = await projectFiles(template, choices, version);
      const project = await writeProject({ folder, files, pid: host.pid, isAlive, signal });
      const shown = displayPath(project.folder, host.workingDirectory);
      await session.settle();
      if (settings.json) {
        session.printDocument("init", {
          template: template.name,
          name,
          ...(port === undefined ? {} : { port }),
          ...(template.offersDatabase ? { database } : {}),
          directory: project.folder,
          written: project.written,
          kept: project.kept,
          assumed,
        });
        return 0;
      }
      const isHere = project.folder === host.workingDirectory;
      const texts = formatNewProject({ ...project, ...chosen, shown, isHere }, style);
      session.print(texts.written);
      session.say(texts.next);
      return 0;
    }),
  );
}

/** Whether a process of this machine runs; one of another user does. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
