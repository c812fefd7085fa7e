import { shown } from "../../../archive/name.ts";
import type { Architecture } from "../../../os.ts";
import type { InstallRequest, LeftScript } from "../../installation.ts";
import type { LeftEffect } from "../../scripts/undone/left-effect.ts";
import { fromText } from "../../scripts/bytes.ts";
import type { Command, CommandTable } from "../../scripts/command.ts";
import { runScript, type ScriptOutcome } from "../../scripts/run-script.ts";
import { effectsOf } from "../../scripts/undone/effects.ts";
import { reasonOf } from "../../scripts/undone/reason.ts";
import { elCommands } from "../commands/table.ts";
import type { RpmHeader } from "../header/header.ts";
import { macrosFor } from "../macros/macros-for.ts";
import { luaCommand } from "../lua/lua-command.ts";
import { compareVersions } from "../relations/version.ts";
import { callOf } from "./scriptlet-call.ts";
import type { Scriptlet, ScriptletRun } from "./scriptlets.ts";

/** As `uname -m` and RPM say it. */
const MACHINES: Readonly<Record<Architecture, string>> = { amd64: "x86_64", arm64: "aarch64" };

/** What rpm gives scriptlets. Source: rpm 4.16, macros.in, `_install_script_path`. */
const ENVIRONMENT: Readonly<Record<string, string>> = {
  PATH: "/sbin:/bin:/usr/sbin:/usr/bin",
  HOME: "/root",
  LC_ALL: "C.UTF-8",
};

const LUA = "<lua>";

/** The command that stands for a script that is none of the shell; no program is called so. */
const OWN = "<script>";

/** Interprets the scriptlets of an image's packages, one after the other, as rpm calls them. */
export class ScriptletRunner {
  readonly left: LeftScript[] = [];
  readonly #request: InstallRequest;
  readonly #commands: CommandTable;
  readonly #machine: string;

  /** `installed` has the packages that are there, whenever a script is run. */
  constructor(request: InstallRequest, installed: readonly RpmHeader[]) {
    this.#request = request;
    this.#machine = MACHINES[request.architecture];
    this.#commands = elCommands({ machine: this.#machine, installed });
  }

  /** Of one that does not run to its end nothing stays but an entry in `left`. */
  run(run: ScriptletRun): void {
    const { root, onScript } = this.#request;
    const script = `%${run.kind}`;
    root.changeAs({ type: "script", package: run.package });
    const startedAtMs = performance.now();
    const { outcome, line } = this.#outcome(run);
    const durationMs = performance.now() - startedAtMs;
    onScript?.({ package: run.package, script, durationMs, steps: outcome.steps });
    if (outcome.type === "ended" && outcome.status === 0) return;
    this.left.push({
      package: run.package,
      script,
      ...(line === undefined ? {} : { place: { line } }),
      reason: reasonOf(outcome),
      effects: this.#leftEffects(run.scriptlet),
      ...callOf(run, { ...ENVIRONMENT, TZ: "UTC" }),
    });
  }

  #outcome(run: ScriptletRun): { readonly outcome: ScriptOutcome; readonly line?: number } {
    const { scriptlet, args, files = [] } = run;
    let line: number | undefined;
    const own = this.#ownCommand(run, (at) => {
      line = at;
    });
    const outcome = runScript({
      text: fromText(scriptOf(scriptlet, own !== undefined)),
      name: fromText(`%${run.kind} of ${run.package}`),
      args: scriptlet.text === undefined ? [] : args,
      env: new Map(Object.entries(ENVIRONMENT)),
      root: this.#request.root,
      commands: own === undefined ? this.#commands : new Map([...this.#commands, [OWN, own]]),
      stdin: fromText(files.map((file) => `${file}\n`).join("")),
      sh: "bash",
      now: this.#request.now,
    });
    const isOfShell = own === undefined && scriptlet.text !== undefined;
    if (isOfShell && outcome.type !== "ended") line = outcome.line;
    return { outcome, ...(line === undefined ? {} : { line }) };
  }

  /** What stands for a script that is none of the shell. */
  #ownCommand(
    { scriptlet, files = [] }: ScriptletRun,
    onStop: (line: number) => void,
  ): Command | undefined {
    const { program, text, isExpanded } = scriptlet;
    if (isExpanded) return (call) => call.unsupported("macros that rpm expands");
    if (program[0] !== LUA) return undefined;
    return luaCommand({
      text: fromText(text ?? ""),
      machine: this.#machine,
      macrosFor: (call) => macrosFor(call, this.#machine),
      files: files.map(fromText),
      compareVersions,
      onStop,
    });
  }

  /** What is there was made by something else; what is not there has no owner to be changed. */
  #leftEffects({ program, text }: Scriptlet): readonly LeftEffect[] {
    const { root } = this.#request;
    const [name = ""] = program;
    if (!name.endsWith("sh")) {
      const words = name === LUA ? "what a script in Lua does" : `what ${shown(name)} does`;
      return [{ grade: "missing", text: words }];
    }
    return effectsOf(text ?? "", "1")
      .filter(
        ({ path, isChange }) =>
          path === undefined || (root.lstat(fromText(path)) !== undefined) === isChange,
      )
      .map(({ grade, text: words }) => ({ grade, text: shown(words) }));
  }
}

/**
 * The text that the shell reads. Without a script of its own a package names a program, which is
 * called with its own words alone.
 */
function scriptOf({ program, text }: Scriptlet, isOwn: boolean): string {
  if (isOwn) return `'${OWN}' "$@"`;
  if (text === undefined) return program.map(quoted).join(" ");
  // A shell needs no line that names it, which would move all others.
  const isShell = program.length === 1 && /^(?:\/usr)?\/bin\/(?:ba)?sh$/.test(program[0] ?? "");
  return isShell || text.startsWith("#!") ? text : `#!${program.join(" ")}\n${text}`;
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
