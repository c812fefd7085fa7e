import { nearest } from "../../nearest.ts";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { QclockError } from "../../error.ts";
import type { Host } from "../process/host.ts";
import { definitions, settingNames } from "./settings.ts";

export interface UserConfig {
  readonly file: string;
  readonly values: ReadonlyMap<string, string>;
}

/**
 * The user's own settings: `~/.config/qclock/config.yaml`, one `name: value` a line, the names
 * those of the long options.
 */
export async function readUserConfig(
  host: Pick<Host, "environment" | "homeDirectory">,
): Promise<UserConfig> {
  const configured = host.environment.get("XDG_CONFIG_HOME");
  const base =
    configured !== undefined && path.isAbsolute(configured)
      ? configured
      : path.join(host.homeDirectory, ".config");
  const file = path.join(base, "qclock", "config.yaml");
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch {
    return { file, values: new Map() };
  }
  return { file, values: parseUserConfig(text, file) };
}

/**
 * A flat file is read without the YAML parser, which would cost every command a third of its start.
 */
export function parseUserConfig(text: string, file: string): ReadonlyMap<string, string> {
  const known = settingNames.map(
    (name) => /--([a-z-]+)/.exec(definitions[name].flags)?.[1] ?? name,
  );
  const values = new Map<string, string>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (/^\s*(?:#.*)?$|^---$/.test(line)) continue;
    const [, name, quoted, plain] =
      /^([a-z-]+):\s*(?:"([^"]*)"|([^"#]*?))\s*(?:#.*)?$/.exec(line) ?? [];
    if (name === undefined) {
      throw new QclockError("usage", `${file}:${index + 1} is not of the form "name: value".`);
    }
    if (!known.includes(name)) {
      const near = nearest(name, known);
      throw new QclockError("usage", `${file}:${index + 1} names "${name}", which is no setting.`, {
        hint: near === undefined ? "qclock config --origin lists them." : `Did you mean "${near}"?`,
      });
    }
    values.set(name, quoted ?? plain ?? "");
  }
  return values;
}
