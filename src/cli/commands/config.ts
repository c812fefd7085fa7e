import { formatTable } from "../../reporters/format/table.ts";
import type { Registry } from "../command.ts";
import { declareCommand } from "../command.ts";
import { definitions, settingNames } from "../settings/settings.ts";

/** `qclock config` */
export function registerConfig({ program, run }: Registry): void {
  const command = declareCommand(
    program,
    {
      usage: "config",
      summary: "Show the settings in force",
      description:
        "A flag is stronger than a QCLOCK_ variable, that than ~/.config/qclock/config.yaml, that than the default.",
      examples: [
        ["qclock config", "every setting and its value"],
        ["qclock config --origin", "and where each comes from"],
      ],
    },
    (each) => each.option("--origin", "say where each value comes from"),
  );
  command.action((options: { origin?: boolean }) =>
    run(command, async (session) => {
      const entries = settingNames.map((name) => ({
        name,
        value: session.settings[name],
        origin: session.origins.get(name)?.from ?? "default",
        variable: definitions[name].variable,
      }));
      if (session.settings.json) session.printDocument("config", { settings: entries });
      else {
        const columns = [
          { title: "SETTING" },
          { title: "VALUE" },
          ...(options.origin === true ? [{ title: "ORIGIN" }] : []),
        ];
        const rows = entries.map(({ name, value, origin }) => [
          name,
          value === undefined || value === "" ? "-" : [value].flat().join(", ") || "-",
          origin,
        ]);
        session.print(
          formatTable(columns, rows, { width: session.columns, header: session.style.faint }),
        );
      }
      return 0;
    }),
  );
}
