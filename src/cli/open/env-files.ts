import type { Diagnostic } from "../../diagnostic.ts";
import type { SourceText } from "../../manifest/text/source.ts";
import { fail, ok, type Result } from "../../result.ts";
import { activeServices } from "../../stack/profiles.ts";
import type { Stack } from "../../stack/stack.ts";
import { displayPath } from "./manifest-file.ts";

/**
 * The texts of the files of variables that a stack's active services name, by their paths; those
 * that are not there are missing.
 */
export async function readEnvFiles(
  stack: Stack,
  workingDirectory: string,
): Promise<Result<ReadonlyMap<string, SourceText>, readonly Diagnostic[]>> {
  const paths = new Set(
    activeServices(stack).flatMap(({ envFiles = [] }) => envFiles.map(({ path }) => path)),
  );
  const texts = new Map<string, SourceText>();
  if (paths.size === 0) return ok(texts);
  const [{ readInProject }, { decodeManifest }] = await Promise.all([
    import("../../project/open.ts"),
    import("../../manifest/text/encoding.ts"),
  ]);
  const problems: Diagnostic[] = [];
  for (const file of paths) {
    const bytes = await readInProject(stack.directory, file);
    if (bytes === undefined) continue;
    const shownPath = displayPath(file, workingDirectory);
    const decoded = decodeManifest(bytes, shownPath);
    if (decoded.ok) texts.set(file, { text: decoded.value, displayPath: shownPath });
    else problems.push(...decoded.error);
  }
  return problems.length === 0 ? ok(texts) : fail(problems);
}
