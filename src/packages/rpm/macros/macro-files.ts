import { linesIn } from "../../commands/lines-file.ts";
import type { CommandCall } from "../../scripts/command.ts";
import { fitsGlob } from "../../scripts/commands/glob.ts";
import { below, folderOf, isFolder, lastName } from "../../scripts/commands/paths.ts";

/** What a macro stands for. */
export interface MacroDefinition {
  readonly body: string;
  /** It takes arguments, as `%name(x:) body` has it. */
  readonly hasArguments: boolean;
}

/** Macros of an image, by their names. */
export interface ReadMacros {
  readonly definitions: ReadonlyMap<string, MacroDefinition>;
  /** The image has rpm's own file, so that a macro that is not here is none. */
  readonly isComplete: boolean;
}

const OWN_FILE = "/usr/lib/rpm/macros";

/** Where rpm looks, a later file counting more. Source: rpm 4.16, rpmrc.in and lib/rpmrc.c. */
function placesOf(machine: string): readonly string[] {
  return [
    OWN_FILE,
    "/usr/lib/rpm/macros.d/macros.*",
    `/usr/lib/rpm/platform/${machine}-linux/macros`,
    "/usr/lib/rpm/fileattrs/*.attr",
    "/usr/lib/rpm/redhat/macros",
    "/etc/rpm/macros.*",
    "/etc/rpm/macros",
    `/etc/rpm/${machine}-linux/macros`,
    "/root/.rpmmacros",
  ];
}

/** Files that rpm itself or an editor leaves beside the ones that count. */
const LEFT_BESIDE = /(?:~|\.rpmnew|\.rpmorig|\.rpmsave)$/;

/** What rpm knows where nobody says otherwise. Source: rpm 4.16, macros.in and EL9's platform. */
function usualMacros(machine: string): ReadonlyMap<string, string> {
  return new Map([
    ["nil", ""],
    ["_usr", "/usr"],
    ["_var", "/var"],
    ["_prefix", "/usr"],
    ["_exec_prefix", "/usr"],
    ["_bindir", "/usr/bin"],
    ["_sbindir", "/usr/sbin"],
    ["_lib", "lib64"],
    ["_libdir", "/usr/lib64"],
    ["_libexecdir", "/usr/libexec"],
    ["_datadir", "/usr/share"],
    ["_includedir", "/usr/include"],
    ["_infodir", "/usr/share/info"],
    ["_mandir", "/usr/share/man"],
    ["_defaultdocdir", "/usr/share/doc"],
    ["_sysconfdir", "/etc"],
    ["_initddir", "/etc/rc.d/init.d"],
    ["_localstatedir", "/var"],
    ["_sharedstatedir", "/var/lib"],
    ["_rundir", "/run"],
    ["_tmppath", "/var/tmp"],
    ["_dbpath", "/var/lib/rpm"],
    ["_rpmconfigdir", "/usr/lib/rpm"],
    ["_rpmmacrodir", "/usr/lib/rpm/macros.d"],
    ["_arch", machine],
    ["_target_cpu", machine],
    ["_host_cpu", machine],
    ["_os", "linux"],
    ["_target_os", "linux"],
    ["_host_os", "linux"],
    ["_target", `${machine}-linux`],
    ["_target_platform", `${machine}-linux`],
  ]);
}

/** The macros that rpm would have in the root, `machine` as `uname -m` says it. */
export function readMacroFiles(
  call: Pick<CommandCall, "root" | "countSteps">,
  machine: string,
): ReadMacros {
  const definitions = new Map<string, MacroDefinition>();
  for (const [name, body] of usualMacros(machine))
    definitions.set(name, { body, hasArguments: false });
  for (const file of placesOf(machine).flatMap((place) => filesAt(call, place))) {
    for (const text of definitionsIn(call, file)) {
      const [, name = "", options, body = ""] =
        /^%([A-Za-z_]\w{2,})(\([^)]*\))?\s*([^]*)$/.exec(text) ?? [];
      // A definition without a body is an error of rpm's, which goes on without it.
      if (name !== "" && body.trimEnd() !== "")
        definitions.set(name, { body: body.trimEnd(), hasArguments: options !== undefined });
    }
  }
  return { definitions, isComplete: call.root.stat(OWN_FILE)?.kind === "file" };
}

function filesAt({ root }: Pick<CommandCall, "root">, place: string): readonly string[] {
  const folder = folderOf(place);
  if (!place.includes("*")) return root.stat(place)?.kind === "file" ? [place] : [];
  if (!isFolder(root, folder)) return [];
  const pattern = lastName(place);
  return root
    .list(folder)
    .filter((name) => fitsGlob(name, pattern) && !LEFT_BESIDE.test(name))
    .map((name) => below(folder, name))
    .filter((path) => root.stat(path)?.kind === "file");
}

/** A definition is a line; a backslash at its end, or what is open there, goes on in the next. */
function* definitionsIn(
  call: Pick<CommandCall, "root" | "countSteps">,
  file: string,
): Generator<string> {
  let begun: string | undefined;
  for (const line of linesIn(call.root, file)) {
    call.countSteps(1 + (line.length >> 4));
    if (begun === undefined && !/^\s*%/.test(line)) continue;
    const whole: string = begun === undefined ? line.trimStart() : `${begun}\n${line}`;
    const isContinued = /(?:^|[^\\])(?:\\\\)*\\$/.test(line);
    begun = isContinued ? whole.slice(0, -1) : whole;
    if (isContinued || isOpen(begun)) continue;
    yield begun;
    begun = undefined;
  }
  if (begun !== undefined) yield begun;
}

/** Whether a brace, a parenthesis or a bracket of a macro is not closed yet. */
function isOpen(text: string): boolean {
  const open = { "{": 0, "(": 0, "[": 0 };
  for (const [whole] of text.matchAll(/\\[^]|%[%{([]|[{}()[\]]/g)) {
    const last = whole.at(-1) ?? "";
    if (whole.startsWith("\\") || last === "%") continue;
    for (const [start, end] of [
      ["{", "}"],
      ["(", ")"],
      ["[", "]"],
    ] as const) {
      if (last === start && (whole.startsWith("%") || open[start] > 0)) open[start]++;
      else if (last === end && open[start] > 0) open[start]--;
    }
  }
  return Object.values(open).some((count) => count > 0);
}
