import { Option } from "commander";
import type { Registry } from "../command.ts";
import { declareCommand } from "../command.ts";
import { withStack } from "../context.ts";

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
      ],
    },
    (each) =>
      each.addOption(
        new Option("--format <format>", "how to write it").choices(formats).default("tree"),
      ),
  );
  command.action((options: { format: Format }) =>
    run(command, (session) =>
      withStack(session, async ({ stack }) => {
        const { formatGraph } = await import("../../reporters/format/graph.ts");
        session.print(
          formatGraph(stack, session.settings.json ? "json" : options.format).trimEnd(),
        );
        return 0;
      }),
    ),
  );
}
