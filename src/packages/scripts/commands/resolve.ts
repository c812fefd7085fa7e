import type { ScriptRoot } from "../root.ts";
import { below, folderOf } from "./paths.ts";

/**
 * A path without links: `all` asks that every step is there, `folder` that all but the last one are
 * (`readlink -f`), `missing` asks for nothing (`-m`). Undefined when that is not so.
 */
export function resolved(
  root: ScriptRoot,
  path: string,
  needs: "all" | "folder" | "missing",
): string | undefined {
  return walk(root, path, { needs, links: 0 });
}

function walk(
  root: ScriptRoot,
  path: string,
  state: { readonly needs: "all" | "folder" | "missing"; readonly links: number },
): string | undefined {
  if (root.stat(path) !== undefined) return root.realpath(path);
  if (state.needs === "all" || state.links > 40) return undefined;
  let at = "/";
  const names = path.split("/").filter((name) => name !== "" && name !== ".");
  for (const [index, name] of names.entries()) {
    const isLast = index === names.length - 1;
    if (name === "..") {
      at = folderOf(at);
      continue;
    }
    const next = below(at, name);
    const status = root.lstat(next);
    if (status?.kind === "symlink") {
      const target = root.readlink(next);
      const goal = target.startsWith("/") ? target : below(at, target);
      const rest = names.slice(index + 1).join("/");
      return walk(root, rest === "" ? goal : `${goal}/${rest}`, {
        ...state,
        links: state.links + 1,
      });
    }
    const isThere = status?.kind === "directory";
    if (!isLast && !isThere && state.needs === "folder") return undefined;
    at = next;
  }
  return at;
}
