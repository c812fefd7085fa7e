import path from "node:path";
import { isMap, type Node, Pair, Scalar, YAMLMap } from "yaml";
import { inheritFrom, isOfProject, type Loading } from "./loading.ts";
import { Written } from "./written.ts";

/** Sections whose entries an included file brings along. */
const sections = ["services", "networks", "volumes", "secrets", "configs"] as const;

interface Including {
  readonly loading: Loading;
  /** The files that include each other, to the one whose includes these are. */
  readonly chain: readonly string[];
  /** Reads a file with all that it includes itself; its paths are relative to the folder. */
  readonly load: (file: string, directory: string) => Promise<Node | undefined>;
}

/**
 * Take over what the files of `include` hold. As in compose, what has a name already is an error,
 * and their paths are relative to their own folders. Source: compose specification, "include".
 */
export async function applyIncludes(root: Written, including: Including): Promise<void> {
  const { problems } = including.loading;
  const include = root.get("include");
  if (include === undefined) return;
  if (include.kind !== "list") {
    problems.addWrongType(include, { what: "`include`", wanted: "a list" });
    return;
  }
  for (const entry of include.items) {
    const paths = entry.kind === "map" ? entry.get("path") : entry;
    const files = paths?.kind === "list" ? paths.items : paths === undefined ? [] : [paths];
    if (files.length === 0) {
      problems.add(entry.place, "missing-key", {
        message: "An entry of `include` names no file.",
        hint: "Write the path of a compose file, or `path: FILE`.",
      });
    }
    for (const file of files) await includeOne(root, { file, entry, including });
  }
}

async function includeOne(
  root: Written,
  about: { readonly file: Written; readonly entry: Written; readonly including: Including },
): Promise<void> {
  const { file, entry, including } = about;
  const { loading, chain, load } = including;
  const { problems, variables, notes } = loading;
  const written = variables.valueOf(file.text ?? "");
  if (/^(?:[a-z+]+:\/\/|oci:|git@)/i.test(written)) {
    problems.add(file.place, "path-outside-project", {
      message: `"${written}" is fetched from elsewhere, and only files of the project are read.`,
      hint: "Put a copy of the file into the project, and include that.",
    });
    return;
  }
  const target = path.resolve(file.file.directory, written);
  if (!isOfProject(target, file, loading)) return;
  if (chain.includes(target)) {
    const way = [...chain.slice(chain.indexOf(target)), target].map((each) => path.basename(each));
    problems.add(file.place, "dependency-cycle", {
      message: `The files include each other in a circle: ${way.join(" -> ")}.`,
      hint: "Remove one of these includes.",
    });
    return;
  }
  const folder = entry.get("project_directory")?.text;
  const directory =
    folder === undefined
      ? path.dirname(target)
      : path.resolve(file.file.directory, variables.valueOf(folder));
  const envFile = entry.get("env_file");
  if (envFile !== undefined) {
    notes.lost(envFile.place, {
      at: [],
      what: "`env_file` of `include`",
      hint: "Variables of a manifest come from one `.env`, or from --env-file: put them there.",
    });
  }
  const before = problems.list.length;
  const included = await load(target, directory);
  if (included !== undefined) takeOver(root, new Written(included, loading.owners), loading);
  else if (problems.list.length === before) {
    problems.add(file.place, "missing-file", {
      message: `The file "${written}", which is included, does not exist.`,
    });
  }
}

function takeOver(root: Written, included: Written, loading: Loading): void {
  for (const section of sections) {
    const brought = included.get(section);
    if (!isMap(brought?.node)) continue;
    const own = sectionOf(root, section, loading);
    if (own === undefined) continue;
    for (const pair of brought.node.items) {
      const same = own.items.find(({ key }) => String(key) === String(pair.key));
      if (same === undefined) own.items.push(pair);
      else if (same !== pair && same.value !== pair.value) {
        loading.problems.add(brought.keyPlace(String(pair.key)), "duplicate-name", {
          message: `"${String(pair.key)}" of \`${section}\` is given by two files.`,
          hint: "Rename one of the two.",
        });
      }
    }
  }
}

/** The map of a section, made where it is missing; undefined where something else stands there. */
function sectionOf(root: Written, name: string, { owners }: Loading): YAMLMap | undefined {
  const found = root.get(name);
  if (found !== undefined) return isMap(found.node) ? found.node : undefined;
  if (!isMap(root.node)) return undefined;
  const inherit = inheritFrom(owners);
  const map = inherit(new YAMLMap(), root.node);
  root.node.items = root.node.items.filter(({ key }) => String(key) !== name);
  root.node.items.push(new Pair(inherit(new Scalar(name), root.node), map));
  return map;
}
