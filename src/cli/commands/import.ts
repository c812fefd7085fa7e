import { countOf } from "../../count.ts";
import { missingDigest } from "../../stack/images/missing-digest.ts";
import type { Registry } from "../command.ts";
import { declareCommand } from "../command.ts";
import { exitCodes } from "../process/exit-code.ts";

interface Options {
  readonly output?: string;
  readonly force?: boolean;
}

/** `qclock import` */
export function registerImport({ program, run }: Registry): void {
  const command = declareCommand(
    program,
    {
      usage: "import [files...]",
      summary: "Make a manifest of compose files",
      description:
        "What runs is what compose would run: settings weaker than qclock's defaults are named under `policy`, for you to\n" +
        "decide about. What has no counterpart stands in comments of the manifest, each with its place, and is told here.\n" +
        "Several files are laid over each other. Without any, compose.yaml or docker-compose.yml is read, with its override file.",
      examples: [
        [
          "qclock import",
          "compose.yaml or docker-compose.yml here, to stack.config.yaml beside it",
        ],
        ["qclock import docker-compose.yml -o -", "see the manifest first"],
        ["qclock import deploy/compose.yaml -o stack.config.yaml", "its paths written anew"],
        [
          "qclock import compose.yaml compose.prod.yaml --force",
          "two files, in the place of an old manifest",
        ],
      ],
    },
    (each) =>
      each
        .option("-o, --output <file>", "where the manifest goes; - is standard output")
        .option("--force", "replace a file that is there"),
  );
  command.action((files: readonly string[], options: Options) =>
    run(command, async (session) => {
      const { importFiles } = await import("../open/compose-import.ts");
      const imported = await importFiles(session, { files, ...options });
      if (!imported.ok) {
        await session.reportDiagnostics(imported.error);
        return exitCodes.invalid;
      }
      const { manifest, output, diagnostics, open } = imported.value;
      if (!session.settings.json && diagnostics.length + open.length > 0)
        await session.reportDiagnostics([...diagnostics, ...open]);
      await session.settle();
      const { services, images, notes, text } = manifest;
      const lost = notes.filter(({ kind }) => kind === "lost").length;
      if (session.settings.json) {
        session.printDocument("import", {
          ...(output === undefined ? { manifest: text } : { output }),
          services,
          images,
          notes: notes.map(({ at, ...note }) => ({ ...note, at: at.join(".") })),
          problems: open,
        });
      } else if (output === undefined) session.print(text.trimEnd());
      else {
        session.print(
          `${output}: ${countOf(services, "service")}, ${countOf(images, "image")}; ${lost} left out, ${notes.length - lost} said in another way`,
        );
        session.say(nextStep(output, open.length, text));
      }
      return exitCodes.done;
    }),
  );
}

function nextStep(output: string, open: number, text: string): string {
  if (open > 0)
    return `Next: mend the ${countOf(open, "problem")} above in ${output}; qclock validate shows what is left.`;
  const waiting = text.split(missingDigest).length - 1;
  return waiting === 0
    ? `Next: read ${output}; qclock up starts the stack.`
    : `Next: read ${output}; qclock lock looks up the digests of ${countOf(waiting, "image")} and writes them in the place of the zeros. Then qclock up starts the stack.`;
}
