import path from "node:path";

/** What of pip's configuration says where packages come from. */
export interface PipSettings {
  readonly indexUrl?: string;
  readonly extraIndexUrls: readonly string[];
  readonly noIndex: boolean;
  /** Who says it: a file's path or a variable's name. */
  readonly origin: string;
}

interface PipHost {
  readonly environment: ReadonlyMap<string, string>;
  readonly homeDirectory: string;
  /** Text of a file of the host; undefined where there is none. */
  readonly readFile: (file: string) => Promise<string | undefined>;
}

/**
 * What the host's own pip is set up with: its files, the later ones before the earlier ones, and
 * its variables. Source: pip's documentation, "Configuration". Its site file is that of the virtual
 * environment; where Python itself lies is not asked, since that would mean running it.
 */
export async function readPipSettings(host: PipHost): Promise<PipSettings> {
  const { environment } = host;
  const named = environment.get("PIP_CONFIG_FILE");
  const before = named === "/dev/null" ? [] : usualFiles(host);
  const values = new Map<string, readonly [value: string, origin: string]>();
  const add = (found: ReadonlyMap<string, string>, origin: string): void => {
    for (const [key, value] of found) values.set(key, [value, origin]);
  };
  for (const file of before) add(await readSections(host, file), file);
  // Of files, the one that a variable names counts most; variables count more than files.
  if (named !== undefined && named !== "/dev/null") add(await readSections(host, named), named);
  for (const key of ["index-url", "extra-index-url", "no-index"]) {
    const variable = `PIP_${key.replaceAll("-", "_").toUpperCase()}`;
    const value = environment.get(variable);
    if (value !== undefined && value !== "") values.set(key, [value, variable]);
  }
  const [indexUrl, origin] = values.get("index-url") ?? [];
  const [extra = ""] = values.get("extra-index-url") ?? [];
  const [noIndex = "", noIndexOrigin] = values.get("no-index") ?? [];
  const isOff = /^(?:1|y|yes|t|true|on)$/i.test(noIndex);
  return {
    ...(indexUrl === undefined ? {} : { indexUrl }),
    extraIndexUrls: extra.split(/\s+/).filter((url) => url !== ""),
    noIndex: isOff,
    origin: (isOff ? noIndexOrigin : origin) ?? "pip's own default",
  };
}

/** In the order in which pip reads them. */
function usualFiles({ environment, homeDirectory }: PipHost): readonly string[] {
  const shared = environment.get("XDG_CONFIG_DIRS") ?? "/etc/xdg";
  const own = environment.get("XDG_CONFIG_HOME") ?? path.join(homeDirectory, ".config");
  const virtual = environment.get("VIRTUAL_ENV");
  return [
    ...shared
      .split(":")
      .filter((folder) => folder !== "")
      .toReversed()
      .map((folder) => path.join(folder, "pip", "pip.conf")),
    "/etc/pip.conf",
    path.join(homeDirectory, ".pip", "pip.conf"),
    path.join(own, "pip", "pip.conf"),
    ...(virtual === undefined || virtual === "" ? [] : [path.join(virtual, "pip.conf")]),
  ];
}

/** What a file says to every command, with what it says to `pip install` over it. */
async function readSections(host: PipHost, file: string): Promise<ReadonlyMap<string, string>> {
  const text = await host.readFile(file);
  if (text === undefined) return new Map();
  const sections = parseIni(text);
  return new Map([...(sections.get("global") ?? []), ...(sections.get("install") ?? [])]);
}

/**
 * The values of a file of Python's `configparser`, by section. A line that is indented goes on with
 * the value before it.
 */
function parseIni(text: string): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const sections = new Map<string, Map<string, string>>();
  let section: Map<string, string> | undefined;
  let key: string | undefined;
  for (const line of text.split(/\r?\n/)) {
    if (/^\s*(?:[#;]|$)/.test(line)) continue;
    const [, name] = /^\[([^\]]+)\]/.exec(line) ?? [];
    if (name !== undefined) {
      section = sections.get(name) ?? new Map<string, string>();
      sections.set(name, section);
      key = undefined;
    } else if (/^\s/.test(line) && key !== undefined) {
      section?.set(key, `${section.get(key) ?? ""}\n${line.trim()}`);
    } else {
      const [, written = "", value = ""] = /^([^=:]+)[=:](.*)$/.exec(line) ?? [];
      key = written.trim().toLowerCase().replaceAll("_", "-");
      section?.set(key, value.trim());
    }
  }
  return sections;
}
