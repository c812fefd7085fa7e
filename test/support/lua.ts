import { fromText } from "../../src/packages/scripts/bytes.ts";
import { baseCommands } from "../../src/packages/scripts/commands/table.ts";
import { MemoryRoot } from "../../src/packages/scripts/memory/memory-root.ts";
import { runScript, type ScriptOutcome } from "../../src/packages/scripts/run-script.ts";
import type { CommandTable } from "../../src/packages/scripts/command.ts";
import { macrosFor } from "../../src/packages/rpm/macros/macros-for.ts";
import { luaCommand } from "../../src/packages/rpm/lua/lua-command.ts";

export const LUA_NOW = 1_704_067_200;

export interface LuaRun {
  readonly outcome: ScriptOutcome;
  readonly stdout: string;
  readonly stderr: string;
  readonly root: MemoryRoot;
  /** The line at which it was stopped. */
  readonly line: number | undefined;
}

/** Interprets a Lua script as the one scriptlet of a package. */
export function runLua(
  text: string,
  options: {
    readonly root?: MemoryRoot;
    readonly args?: readonly string[];
    readonly files?: readonly string[];
    readonly commands?: CommandTable;
    /** A folder of the root that it starts in. */
    readonly cwd?: string;
  } = {},
): LuaRun {
  const { root = new MemoryRoot({ now: LUA_NOW }), args = ["1"], files = [] } = options;
  let line: number | undefined;
  const lua = luaCommand({
    text: fromText(text),
    machine: "x86_64",
    macrosFor: (call) => macrosFor(call, "x86_64"),
    files,
    compareVersions: (one, other) => (one < other ? -1 : Number(one > other)),
    onStop: (at) => {
      line = at;
    },
  });
  const outcome = runScript({
    text: options.cwd === undefined ? 'lua "$@"' : `cd ${options.cwd} && lua "$@"`,
    name: "test",
    args,
    env: new Map([["PATH", "/usr/bin"]]),
    root,
    commands: new Map([
      ...baseCommands({ machine: "x86_64" }),
      ...(options.commands ?? []),
      ["lua", lua],
    ]),
    now: LUA_NOW,
  });
  const shown = (bytes: Uint8Array): string => Buffer.from(bytes).toString("utf8");
  return { outcome, stdout: shown(outcome.stdout), stderr: shown(outcome.stderr), root, line };
}
