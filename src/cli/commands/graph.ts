import { Option } from "commander";
import { narrowed } from "../../stack/profiles.ts";
import type { Registry } from "../command.ts";
import { declareCommand } from "../command.ts";
import { withStack } from "../open/context.ts";
import type { RunContext } from "../../run/context.ts";
import type { Session } from "../open/session.ts";

const formats = ["tree", "mermaid", "dot", "json"] as const;
type Format = (typeof formats)[number];

/** `qclock graph` */
export function registerGraph({ program, run }: Registry): void {
  const command = declareCommand(
    program,
    {
      usage: "graph",
      summary: "Show which image stands on which, and which service waits for which",
      examples: [
        ["qclock graph", "as a tree"],
        ["qclock graph --format mermaid", "for a Markdown page"],
        ["qclock graph --format dot | dot -Tsvg > stack.svg", "as a picture"],
        ["qclock graph --critical-path", "what bringing it up from nothing waits for longest"],
      ],
    },
    (each) =>
      each
        .addOption(
          new Option("--format <format>", "how to write it").choices(formats).default("tree"),
        )
        .option("--critical-path", "the longest chain of steps, with the times of the last runs"),
  );
  command.action((options: { format: Format; criticalPath?: boolean }) =>
    run(command, (session) =>
      options.criticalPath === true
        ? withStack(session, (context) => printCriticalPath(session, context), {
            lockMode: "use",
            containers: "found",
            asksNobody: true,
          })
        : withStack(
            session,
            async ({ stack }) => {
              const { formatGraph } = await import("../../reporters/format/graph.ts");
              session.print(
                formatGraph(
                  narrowed(stack, new Set()),
                  session.settings.json ? "json" : options.format,
                ).trimEnd(),
              );
              return 0;
            },
            { asksNobody: true },
          ),
    ),
  );
}

async function printCriticalPath(session: Session, context: RunContext): Promise<number> {
  const { criticalPath } = await import("../../run/critical-path.ts");
  const path = await criticalPath(context);
  await session.settle();
  if (session.settings.json) session.printDocument("critical-path", path);
  else {
    const { formatCriticalPath } = await import("../../reporters/format/timings.ts");
    const { style, columns } = session;
    session.print(formatCriticalPath(path, { style, columns }));
  }
  return 0;
}
