import path from "node:path";
import { isMap, type Node } from "yaml";
import type { Diagnostic } from "../../diagnostic.ts";
import { mergeAt } from "../../manifest/merge/merge.ts";
import { dropReset } from "../../manifest/merge/tags.ts";
import { fail, ok, type Result } from "../../result.ts";
import type { Notes } from "../notes.ts";
import { applyExtends } from "./extends.ts";
import { applyIncludes } from "./include.ts";
import { type ComposeWorld, inheritFrom, type Loading, readOnce } from "./loading.ts";
import { composeRuleAt } from "./merge-rules.ts";
import { ComposeProblems } from "./problems.ts";
import { Written } from "./written.ts";

/**
 * Read compose files, each laid over those before it, with all that they include and extend: one
 * tree whose nodes know their places. Or everything that is wrong with them. Paths of every file
 * are relative to the first one's folder, as in compose.
 */
export async function loadCompose(
  files: readonly string[],
  world: ComposeWorld & { readonly notes: Notes },
): Promise<Result<Written, readonly Diagnostic[]>> {
  const problems = new ComposeProblems();
  const loading: Loading = {
    ...world,
    owners: new Map(),
    problems,
    known: new Map(),
    whole: new Map(),
  };
  const directory = path.dirname(files[0] ?? "");
  let root: Node | undefined;
  for (const file of files) {
    const read = await loadWhole(file, { loading, directory, chain: [] });
    if (read !== undefined) root = root === undefined ? read : mergeRoots(root, read, loading);
  }
  if (problems.list.length > 0 || root === undefined) return fail(problems.list);
  dropReset(root);
  return ok(new Written(root, loading.owners));
}

/**
 * One file with what it includes, its services with what they extend. Undefined where it cannot be
 * read, which has been told.
 */
async function loadWhole(
  file: string,
  request: {
    readonly loading: Loading;
    readonly directory: string;
    /** The files that include each other on the way to this one. */
    readonly chain: readonly string[];
  },
): Promise<Node | undefined> {
  const { loading, directory, chain } = request;
  const read = await readOnce({ path: file, directory }, loading);
  if (read?.root === undefined) return undefined;
  const root = new Written(read.root, loading.owners);
  if (!isMap(read.root)) {
    loading.problems.addWrongType(root, { what: "A compose file", wanted: "a map" });
    return undefined;
  }
  for (const section of ["services", "networks", "volumes", "secrets", "configs"])
    loading.problems.isMap(root.get(section), `\`${section}\``);
  await applyExtends(root, loading);
  await applyIncludes(root, {
    loading,
    chain: [...chain, file],
    load: (included, folder) => {
      const key = JSON.stringify([included, folder]);
      const known =
        loading.whole.get(key) ??
        loadWhole(included, { loading, directory: folder, chain: [...chain, file] });
      loading.whole.set(key, known);
      return known;
    },
  });
  return read.root;
}

function mergeRoots(earlier: Node, later: Node, { owners }: Loading): Node {
  const inherit = inheritFrom(owners);
  return mergeAt(earlier, later, { path: [], ruleAt: composeRuleAt, inherit });
}
