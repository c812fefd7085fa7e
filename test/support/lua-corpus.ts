import path from "node:path";
import { baseGroup, basePasswd } from "../../src/packages/deb/install/base-accounts.ts";
import { MemoryRoot } from "../../src/packages/scripts/memory/memory-root.ts";
import { putFile } from "../../src/packages/scripts/root-files.ts";
import { LUA_NOW, type LuaRun, runLua } from "./lua.ts";
import { readSnippets, type Snippet } from "./snippets.ts";

export const luaFolder = path.resolve(import.meta.dirname, "../fixtures/lua");

/** What a snippet did, in RPM's own interpreter or here. */
export interface LuaRecord {
  /** A script that fails has 1 here. */
  readonly status: number;
  readonly out: string;
}

/** What a snippet does here, in an empty folder of a root with the accounts of every Debian. */
export function runSnippet(text: string): LuaRun {
  const root = new MemoryRoot({ now: LUA_NOW });
  root.mkdir("/work", 0o755);
  putFile(root, "/etc/passwd", basePasswd);
  putFile(root, "/etc/group", baseGroup);
  return runLua(text, { root, cwd: "/work" });
}

/** All pieces of Lua that are compared. */
export function readLuaCorpus(): readonly Snippet[] {
  return readSnippets(luaFolder, { ending: ".lua", encoding: "utf8" });
}
