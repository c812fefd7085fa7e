import type { Registry } from "../command.ts";
import { declareCommand } from "../command.ts";

/** `qclock schema` */
export function registerSchema({ program, run }: Registry): void {
  const command = declareCommand(
    program,
    {
      usage: "schema",
      summary: "Print the JSON Schema of the manifest",
      description:
        "An editor that knows it completes keys and shows what each means. The first line of a manifest names it.",
      examples: [
        ["qclock schema > stack.schema.json", "keep it beside the manifest"],
        ["qclock schema --override > stack.override.schema.json", "for stack.override.yaml"],
        ["qclock schema | jq '.properties | keys'", "what a manifest may hold"],
      ],
    },
    (each) => each.option("--override", "that of a file that is laid over a manifest"),
  );
  command.action(({ override }: { readonly override?: boolean }) =>
    run(command, async (session) => {
      const schema =
        override === true
          ? (await import("../../manifest/override-schema.ts")).overrideJsonSchema()
          : (await import("../../manifest/json-schema.ts")).manifestJsonSchema();
      session.print(JSON.stringify(schema, undefined, 2));
      return 0;
    }),
  );
}
