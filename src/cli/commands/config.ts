import { Option } from "commander";
import { printManifest } from "../../manifest/text/print.ts";
import { formatTable } from "../../reporters/format/table.ts";
import { profilesOf } from "../../stack/profiles.ts";
import type { Registry } from "../command.ts";
import { declareCommand } from "../command.ts";
import { loadResolvedManifest, type ResolvedManifest } from "../open/resolved-manifest.ts";
import type { Session } from "../open/session.ts";
import { exitCodes } from "../process/exit-code.ts";
import { explainSettings } from "../settings/explain.ts";

interface Options {
  readonly format?: "yaml" | "json";
  readonly services?: boolean;
  readonly images?: boolean;
  readonly volumes?: boolean;
  readonly profiles?: boolean;
  readonly environment?: boolean;
  readonly origin?: boolean;
}

/** What can be listed instead of the whole. */
const lists = {
  services: ({ manifest }) => Object.keys(manifest.services),
  images: ({ manifest }) => Object.keys(manifest.images),
  volumes: ({ manifest }) => Object.keys(manifest.volumes ?? {}),
  profiles: ({ stack }) => [...profilesOf(stack)],
  environment: ({ variables }) => [...variables].map(([name, { value }]) => `${name}=${value}`),
} satisfies Readonly<Record<string, (resolved: ResolvedManifest) => readonly string[]>>;

type ListName = keyof typeof lists;
const listNames = ["services", "images", "volumes", "profiles", "environment"] as const;

/** `qclock config` */
export function registerConfig({ program, run }: Registry): void {
  const command = declareCommand(
    program,
    {
      usage: "config",
      summary: "Show the manifest as it is understood, or the settings in force",
      description:
        "All files merged, variables replaced, defaults filled in, services of inactive profiles left out, secrets masked. What\n" +
        "is printed is a manifest. With --origin the settings instead: a flag is stronger than a QCLOCK_ variable, that than\n" +
        "~/.config/qclock/config.yaml, that than the default.",
      examples: [
        ["qclock config", "the manifest, as YAML"],
        [
          "qclock config -f stack.config.yaml -f ci.yaml --format json",
          "two files merged, as JSON",
        ],
        ["qclock config --services --profile debug", "the names of the services that are active"],
        ["qclock config --environment", "the variables that the manifest names, with their values"],
        ["qclock config --origin", "every setting, its value and where that comes from"],
      ],
    },
    (each) =>
      each
        .addOption(
          new Option("--format <format>", "how to print the manifest")
            .choices(["yaml", "json"])
            .conflicts([...listNames, "origin"]),
        )
        .addOption(listOption("services", "names of the active services, one a line"))
        .addOption(listOption("images", "names of the images that these need, one a line"))
        .addOption(listOption("volumes", "names of the volumes, one a line"))
        .addOption(listOption("profiles", "names of all profiles, one a line"))
        .addOption(listOption("environment", "variables that the manifest names, as NAME=value"))
        .addOption(listOption("origin", "the settings, and where each value comes from")),
  );
  command.action((options: Options) =>
    run(command, (session) =>
      options.origin === true ? printSettings(session) : printResolved(session, options),
    ),
  );
}

function listOption(name: ListName | "origin", description: string): Option {
  const others = [...listNames, "origin"].filter((other) => other !== name);
  return new Option(`--${name}`, description).conflicts(others);
}

async function printResolved(session: Session, options: Options): Promise<number> {
  const resolved = await loadResolvedManifest(session);
  if (!resolved.ok) {
    await session.reportDiagnostics(resolved.error);
    return exitCodes.invalid;
  }
  await session.settle();
  const name = listNames.find((each) => options[each] === true);
  const { manifest, variables } = resolved.value;
  const { json } = session.settings;
  if (name === undefined) {
    if (json) session.printDocument("config", { manifest });
    else if (options.format === "json") session.print(JSON.stringify(manifest, undefined, 2));
    else session.print(printManifest(manifest).trimEnd());
  } else if (json) {
    const items =
      name === "environment"
        ? [...variables].map(([variable, facts]) => ({ name: variable, ...facts }))
        : lists[name](resolved.value);
    session.printDocument("config", { [name]: items });
  } else for (const line of lists[name](resolved.value)) session.print(line);
  return exitCodes.done;
}

async function printSettings(session: Session): Promise<number> {
  const settings = await explainSettings(session);
  if (session.settings.json) session.printDocument("settings", { settings });
  else {
    const columns = [{ title: "SETTING" }, { title: "VALUE" }, { title: "ORIGIN" }];
    const rows = settings.map(({ name, value, origin }) => [
      name,
      value === undefined ? "-" : [value].flat().join(", ") || "-",
      origin,
    ]);
    session.print(
      formatTable(columns, rows, { width: session.columns, header: session.style.faint }),
    );
  }
  return exitCodes.done;
}
