import type { Registry } from "../command.ts";
import { declareCommand } from "../command.ts";
import { exitCodes } from "../process/exit-code.ts";

interface Options {
  readonly output?: string;
  readonly force?: boolean;
}

/** `qclock export compose` */
export function registerExport({ program, run }: Registry): void {
  const parent = declareCommand(program, {
    usage: "export",
    summary: "Write the stack in the form of another tool",
    examples: [
      ["qclock export compose", "a compose file, to standard output"],
      ["qclock export compose -o compose.yaml", "to a file"],
    ],
  });
  const command = declareCommand(
    parent,
    {
      usage: "compose",
      summary: "A compose file that runs the stack from the images that qclock built",
      description:
        "All files merged, variables replaced. What compose makes is its own: no container, network or volume of qclock's is\n" +
        "taken over. Secrets stay in qclock's volumes. What has no counterpart stands in comments, and is told here.",
      examples: [
        [
          "qclock export compose -o compose.yaml && docker compose up --wait",
          "after qclock up and qclock down",
        ],
        [
          "qclock export compose --profile debug",
          "services of all profiles are written, with their profiles",
        ],
      ],
    },
    (each) =>
      each
        .option("-o, --output <file>", "where the file goes; standard output by default")
        .option("--force", "replace a file that is there"),
  );
  command.action((options: Options) =>
    run(command, async (session) => {
      const { exportFile } = await import("../open/compose-export.ts");
      const exported = await exportFile(session, options);
      if (!exported.ok) {
        await session.reportDiagnostics(exported.error);
        return exitCodes.invalid;
      }
      const { text, output, notes, diagnostics } = exported.value;
      if (!session.settings.json && diagnostics.length > 0)
        await session.reportDiagnostics(diagnostics);
      await session.settle();
      if (session.settings.json) {
        session.printDocument("export", {
          ...(output === undefined ? { compose: text } : { output }),
          notes: notes.map(({ at, ...note }) => ({ ...note, at: at.join(".") })),
        });
      } else session.print(output === undefined ? text.trimEnd() : output);
      return exitCodes.done;
    }),
  );
}
