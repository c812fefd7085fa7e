import { shown } from "../../../archive/name.ts";
import type { Architecture } from "../../../os.ts";
import type { InstallRequest, LeftScript } from "../../installation.ts";
import type { LeftEffect } from "../../scripts/undone/left-effect.ts";
import { fromText } from "../../scripts/bytes.ts";
import type { CommandTable } from "../../scripts/command.ts";
import { runScript, type ScriptPlace } from "../../scripts/run-script.ts";
import { debconfSources } from "../commands/debconf/commands.ts";
import { debianCommands } from "../commands/table.ts";
import { infoName } from "../dpkg-database.ts";
import { scriptCall, scriptEnvironment, type ScriptKind } from "./script-call.ts";
import type { FileOwner } from "../replaces.ts";
import { effectsOf } from "../../scripts/undone/effects.ts";
import { reasonOf } from "../../scripts/undone/reason.ts";
import { translationOf } from "../script/translations.ts";

/** As `uname -m` says it. */
const MACHINES: Readonly<Record<Architecture, string>> = { amd64: "x86_64", arm64: "aarch64" };

/** A script of a package, and with which words it is called. */
export interface MaintainerScript {
  readonly owner: FileOwner;
  readonly kind: ScriptKind;
  readonly text: string;
  readonly args: readonly string[];
}

/** Interprets the scripts of an image's packages, one after the other, as dpkg calls them. */
export class MaintainerScripts {
  readonly left: LeftScript[] = [];
  readonly #request: InstallRequest;
  readonly #commands: CommandTable;

  constructor(request: InstallRequest) {
    this.#request = request;
    const { architecture, answers } = request;
    this.#commands = debianCommands({ architecture, machine: MACHINES[architecture], answers });
  }

  /** Of one that does not run to its end nothing stays but an entry in `left`. */
  run({ owner, kind, text, args }: MaintainerScript): void {
    const { root, now, architecture, onScript } = this.#request;
    const { name } = owner;
    const path = `/var/lib/dpkg/info/${infoName(owner)}.${kind}`;
    const environment = scriptEnvironment({ package: name, kind, architecture });
    root.changeAs({ type: "script", package: name });
    const startedAtMs = performance.now();
    const outcome = runScript({
      text: fromText(translationOf(text) ?? text),
      // Strings of bytes, as everything is that a script sees.
      name: fromText(path),
      args,
      env: new Map(Object.entries(environment).map(([key, value]) => [key, fromText(value)])),
      root,
      commands: this.#commands,
      sources: debconfSources,
      now,
    });
    const durationMs = performance.now() - startedAtMs;
    onScript?.({ package: name, script: kind, durationMs, steps: outcome.steps });
    if (outcome.type === "ended" && outcome.status === 0) return;
    const place = outcome.type === "ended" ? undefined : placeOf(outcome, path);
    this.left.push({
      package: name,
      script: kind,
      ...(place === undefined ? {} : { place }),
      reason: reasonOf(outcome),
      effects: this.#leftEffects(text, kind),
      // debconf's own programs ask the questions of a script that is run.
      ...(kind === "config"
        ? { notRun: "it asks the questions of debconf, which are answered by the manifest" }
        : { call: scriptCall({ path, args, environment, epoch: now }) }),
    });
  }

  /** What is there was made by something else; what is not there has no owner to be changed. */
  #leftEffects(text: string, kind: ScriptKind): readonly LeftEffect[] {
    const { root } = this.#request;
    const [, program = ""] = /^#!\s*(\S+)/.exec(text) ?? [];
    const language = program.slice(program.lastIndexOf("/") + 1);
    if (language !== "" && !language.endsWith("sh")) {
      const unknown = {
        grade: "missing",
        text: `what a script in ${shown(language)} does`,
      } as const;
      return kind === "config" ? [] : [unknown];
    }
    return effectsOf(text, kind === "preinst" ? "install" : "configure")
      .filter(
        ({ path, isChange }) =>
          path === undefined || (root.lstat(fromText(path)) !== undefined) === isChange,
      )
      .map(({ grade, text: words }) => ({ grade, text: shown(words) }));
  }
}

/** Which script it was is said where it was another one than the package's own. */
function placeOf({ script, line }: ScriptPlace, own: string): LeftScript["place"] {
  return { line, ...(script === own ? {} : { script: shown(script) }) };
}
