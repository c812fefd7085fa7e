import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Diagnostic } from "../../diagnostic.ts";
import { decodeManifest } from "../../manifest/text/encoding.ts";
import type { SourceText } from "../../manifest/text/source.ts";
import { readInProject } from "../../project/open.ts";
import { fail, ok, type Result } from "../../result.ts";
import { displayPath, type ManifestFiles } from "./manifest-file.ts";

/** The texts of a manifest's files, in order, or where they are not UTF-8. */
export async function readManifest(
  files: ManifestFiles,
  workingDirectory: string,
): Promise<Result<readonly SourceText[], readonly Diagnostic[]>> {
  const read = async (
    file: string,
    bytes: Buffer,
  ): Promise<Result<SourceText, readonly Diagnostic[]>> => {
    const shownPath = displayPath(file, workingDirectory);
    const decoded = decodeManifest(bytes, shownPath);
    return decoded.ok ? ok({ text: decoded.value, displayPath: shownPath }) : decoded;
  };
  const decoded = await Promise.all([
    read(files.path, await readFile(files.path)),
    ...files.overrides.map(async (file) => read(file, await readOverride(files, file))),
  ]);
  const problems = decoded.flatMap((each) => (each.ok ? [] : each.error));
  if (problems.length > 0) return fail(problems);
  return ok(decoded.flatMap((each) => (each.ok ? [each.value] : [])));
}

/**
 * What the user names may lie anywhere; what is found beside the manifest is a file of the project.
 */
async function readOverride(
  { path: manifest, isNamed }: ManifestFiles,
  file: string,
): Promise<Buffer> {
  if (isNamed) return readFile(file);
  return (await readInProject(path.dirname(manifest), file)) ?? Buffer.alloc(0);
}
