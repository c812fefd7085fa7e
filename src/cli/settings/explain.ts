import { QclockError } from "../../error.ts";
import { profilesIn } from "../open/activation.ts";
import { displayPath, findManifest } from "../open/manifest-file.ts";
import type { Session } from "../open/session.ts";
import { readProjectVariables } from "../open/variables.ts";
import { wantedOs } from "./os-choice.ts";
import { definitions, type SettingName, settingNames, type Settings } from "./settings.ts";

/** A setting in force, and where its value comes from. */
export interface ExplainedSetting {
  readonly name: SettingName;
  readonly value: Settings[SettingName];
  /** `--jobs`, `QCLOCK_JOBS`, a file, `default`; `found` for what lies in the project. */
  readonly origin: string;
  readonly variable: string;
}

/** Every setting with its origin; of those that nobody gave also what is found in the project. */
export async function explainSettings(session: Session): Promise<readonly ExplainedSetting[]> {
  const found = await findInProject(session);
  return settingNames.map((name) => {
    const given = session.origins.get(name);
    const { value, origin } = (given?.origin === "default" ? found.get(name) : undefined) ?? {
      value: session.settings[name],
      origin: given?.from ?? "default",
    };
    return { name, value, origin, variable: definitions[name].variable };
  });
}

type Found = Pick<ExplainedSetting, "value" | "origin">;

/**
 * What the project itself says where no setting does. Without a readable project that is nothing.
 */
async function findInProject(session: Session): Promise<ReadonlyMap<SettingName, Found>> {
  const { settings, host } = session;
  const found = new Map<SettingName, Found>();
  try {
    const { workingDirectory } = host;
    const files = await findManifest({ named: settings.file, workingDirectory });
    const shown = [files.path, ...files.overrides].map((file) =>
      displayPath(file, workingDirectory),
    );
    found.set("file", { value: shown, origin: "found" });
    const variables = await readProjectVariables(session, files);
    if (!variables.ok) return found;
    const { environment, origins, read } = variables.value;
    if (read.length > 0) found.set("envFile", { value: read, origin: "found" });
    const origin = origins.get(definitions.profile.variable);
    if (origin !== undefined) found.set("profile", { value: profilesIn(environment), origin });
    const os = wantedOs(undefined, environment);
    const osOrigin = origins.get(definitions.os.variable);
    if (os !== undefined && osOrigin !== undefined)
      found.set("os", { value: os, origin: osOrigin });
  } catch (error) {
    if (!(error instanceof QclockError)) throw error;
  }
  return found;
}
