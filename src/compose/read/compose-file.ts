import { isNode, type Node } from "yaml";
import type { Diagnostic } from "../../diagnostic.ts";
import { readTree, type SourceText } from "../../manifest/text/source.ts";
import type { TextPlaces } from "../../manifest/text/locate.ts";
import { fail, ok, type Result } from "../../result.ts";

/** One compose file, read. */
export interface ComposeFile {
  /** Absolute. */
  readonly path: string;
  /** Absolute path of the folder that its paths are relative to. */
  readonly directory: string;
  readonly places: TextPlaces;
  /** Its tree, aliases and merge keys followed, variables as they are written; absent: empty. */
  readonly root?: Node;
}

/**
 * Read a compose file, with the manifest's own guards against hostile text. Variables stay as they
 * are written.
 */
export function readComposeFile(
  source: SourceText,
  { path, directory }: Pick<ComposeFile, "path" | "directory">,
): Result<ComposeFile, readonly Diagnostic[]> {
  const read = readTree(source);
  if (!read.ok) return fail(read.error.map(ofComposeFile));
  const { document, places } = read.value;
  const root = document?.contents;
  return ok({ path, directory, places, ...(isNode(root) ? { root } : {}) });
}

/** The reader of YAML speaks of the manifest, since that is what it mostly reads. */
function ofComposeFile(diagnostic: Diagnostic): Diagnostic {
  const { hint } = diagnostic;
  return {
    ...diagnostic,
    message: diagnostic.message.replace(/^The manifest\b/, "The compose file"),
    ...(hint === undefined ? {} : { hint: hint.replace(/^A manifest\b/, "A compose file") }),
  };
}
