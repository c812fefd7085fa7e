import type { Registry } from "../command.ts";
import { declareCommand } from "../command.ts";

/** `qclock schema` */
export function registerSchema({ program, run }: Registry): void {
  const command = declareCommand(program, {
    usage: "schema",
    summary: "Print the JSON Schema of the manifest",
    description:
      "An editor that knows it completes keys and shows what each means. The first line of a manifest names it.",
    examples: [
      ["qclock schema > stack.schema.json", "keep it beside the manifest"],
      ["qclock schema | jq '.properties | keys'", "what a manifest may hold"],
    ],
  });
  command.action(() =>
    run(command, async (session) => {
      const { manifestJsonSchema } = await import("../../manifest/json-schema.ts");
      session.print(JSON.stringify(manifestJsonSchema(), undefined, 2));
      return 0;
    }),
  );
}
