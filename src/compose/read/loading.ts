import type { Node } from "yaml";
import type { Diagnostic } from "../../diagnostic.ts";
import type { Inherit } from "../../manifest/merge/forms.ts";
import type { SourceText } from "../../manifest/text/source.ts";
import { fail, type Result } from "../../result.ts";
import { isInside } from "../../stack/values.ts";
import type { Notes } from "../notes.ts";
import { type ComposeFile, readComposeFile } from "./compose-file.ts";
import type { ComposeProblems } from "./problems.ts";
import type { ComposeVariables } from "./variables.ts";
import { type Owners, ownTree, type Written } from "./written.ts";

/** What reading compose files needs of the world. */
export interface ComposeWorld {
  /** Absolute path of the project's folder: nothing outside of it is read. */
  readonly directory: string;
  /**
   * The text of a file of the project by its absolute path; undefined where there is none. Throws
   * `path-outside-project` for a link out of it.
   */
  readonly read: (file: string) => Promise<Result<SourceText, readonly Diagnostic[]> | undefined>;
  readonly variables: ComposeVariables;
}

/** What is being read. */
export interface Loading extends ComposeWorld {
  readonly owners: Owners;
  readonly problems: ComposeProblems;
  readonly notes: Notes;
  /** Files that were read, by path and the folder that their paths are relative to. */
  readonly known: Map<string, Promise<ComposeFile | undefined>>;
  /** Files with what they include, by the same: however many ways lead to one, it is taken once. */
  readonly whole: Map<string, Promise<Node | undefined>>;
}

/**
 * Whether a file that another one names may be read; when not, that is a problem of the place that
 * names it.
 */
export function isOfProject(
  file: string,
  named: Written,
  { directory, problems }: Pick<Loading, "directory" | "problems">,
): boolean {
  if (isInside(directory, file)) return true;
  problems.add(named.place, "path-outside-project", {
    message: `"${named.text ?? ""}" lies outside of ${directory}, which is the manifest's folder.`,
    hint: "Write the manifest to a folder above all files with --output.",
  });
  return false;
}

/** Each file is read once: its nodes stand for places. Undefined: it is missing or broken. */
export async function readOnce(
  { path, directory }: Pick<ComposeFile, "path" | "directory">,
  loading: Loading,
): Promise<ComposeFile | undefined> {
  const key = JSON.stringify([path, directory]);
  const reading = loading.known.get(key) ?? readFile({ path, directory }, loading);
  loading.known.set(key, reading);
  return reading;
}

async function readFile(
  file: Pick<ComposeFile, "path" | "directory">,
  { read, owners, problems }: Loading,
): Promise<ComposeFile | undefined> {
  const source = await read(file.path);
  if (source === undefined) return undefined;
  const parsed = source.ok ? readComposeFile(source.value, file) : fail(source.error);
  if (!parsed.ok) {
    problems.list.push(...parsed.error);
    return undefined;
  }
  const { root, places } = parsed.value;
  if (root === undefined) {
    problems.add(places.range(0, 1), "missing-key", {
      message: "The compose file is empty.",
      hint: "Name one that has `services:`.",
    });
  } else ownTree(root, parsed.value, owners);
  return parsed.value;
}

/** Notes of a node that was made while merging which one it stands for. */
export function inheritFrom(owners: Owners): Inherit {
  return <Made extends Node>(made: Made, from: Node): Made => {
    const owner = owners.get(from);
    if (owner !== undefined) owners.set(made, owner);
    if (from.range) made.range = from.range;
    return made;
  };
}
