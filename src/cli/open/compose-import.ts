import { existsSync } from "node:fs";
import { realpath } from "node:fs/promises";
import path from "node:path";
import { importCompose, type ImportedManifest } from "../../compose/import/import.ts";
import { Notes } from "../../compose/notes.ts";
import { noteDiagnostic } from "../../compose/note-diagnostic.ts";
import { loadCompose } from "../../compose/read/load.ts";
import { ComposeProblems } from "../../compose/read/problems.ts";
import { ComposeVariables } from "../../compose/read/variables.ts";
import type { Diagnostic } from "../../diagnostic.ts";
import { QclockError } from "../../error.ts";
import { decodeManifest } from "../../manifest/text/encoding.ts";
import type { SourceText } from "../../manifest/text/source.ts";
import { readInProject } from "../../project/open.ts";
import { ok, type Result } from "../../result.ts";
import { isInside } from "../../stack/values.ts";
import { refuseOccupied, writeWholeFile } from "../../store/whole-file.ts";
import { imageArchitecture } from "./context.ts";
import { displayPath, kindOf, manifestName } from "./manifest-file.ts";
import type { Session } from "./session.ts";
import { loadStack } from "./stack-file.ts";
import { readProjectVariables } from "./variables.ts";

/** The word that means standard output. */
const PIPE = "-";

/** A manifest that was imported, and what there is to say of it. */
export interface ImportedFile {
  readonly manifest: ImportedManifest;
  /** As messages show it; absent: it was not written to a file. */
  readonly output: string | undefined;
  /** What was not, or not exactly, taken over. */
  readonly diagnostics: readonly Diagnostic[];
  /** What is wrong with the manifest as it was written: for the user to mend. */
  readonly open: readonly Diagnostic[];
}

/**
 * Make a manifest of compose files and write it, whole or not at all. Throws `manifest-not-found`
 * for a file that is not there, `would-lose-data` for a manifest that is there already.
 */
export async function importFiles(
  session: Session,
  request: {
    readonly files: readonly string[];
    readonly output?: string;
    readonly force?: boolean;
  },
): Promise<Result<ImportedFile, readonly Diagnostic[]>> {
  const { workingDirectory } = session.host;
  const files = await findComposeFiles(request.files, workingDirectory);
  const first = files[0] ?? workingDirectory;
  const target =
    request.output === PIPE
      ? undefined
      : path.resolve(
          request.output === undefined ? path.dirname(first) : workingDirectory,
          request.output ?? manifestName,
        );
  if (target !== undefined) await refuseOccupied(target, request.force === true);
  const directory = await realpath(path.dirname(target ?? first));
  const environment = await readProjectVariables(session, { path: first });
  if (!environment.ok) return environment;
  const notes = new Notes();
  const variables = new ComposeVariables(environment.value.environment);
  const read = async (
    file: string,
  ): Promise<Result<SourceText, readonly Diagnostic[]> | undefined> => {
    const bytes = await readInProject(directory, file);
    if (bytes === undefined) return undefined;
    const shown = displayPath(file, workingDirectory);
    const decoded = decodeManifest(bytes, shown);
    return decoded.ok ? ok({ text: decoded.value, displayPath: shown }) : decoded;
  };
  const root = await loadCompose(files, { directory, read, variables, notes });
  if (!root.ok) return root;
  const imported = await importCompose({
    root: root.value,
    variables,
    notes,
    problems: new ComposeProblems(),
    directory,
    exists: existsSync,
    source: path.relative(directory, first),
    // One outside of the project is told as its build context.
    readDockerfile: async (file) =>
      isInside(directory, file) ? ((await readInProject(directory, file))?.toString() ?? "") : "",
  });
  if (!imported.ok) return imported;
  const manifest = imported.value;
  if (target !== undefined) {
    await writeWholeFile({
      file: target,
      content: oneOf(Buffer.from(manifest.text)),
      replace: request.force === true,
    });
  }
  return ok({
    manifest,
    output: target === undefined ? undefined : displayPath(target, workingDirectory),
    diagnostics: manifest.notes.map(noteDiagnostic),
    open:
      target === undefined
        ? []
        : await openProblems(session, path.join(directory, path.basename(target))),
  });
}

async function* oneOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** What `qclock validate` would say of the manifest. */
async function openProblems(session: Session, file: string): Promise<readonly Diagnostic[]> {
  const loaded = await loadStack({
    session,
    files: { path: file, overrides: [], isNamed: true },
    architecture: imageArchitecture(session),
    containers: "made",
  });
  return loaded.ok ? [] : loaded.error;
}

/** Names under which compose looks for its file, each with the one that is laid over it. */
const defaultNames = ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];

/**
 * Absolute paths of the compose files: those that are named, else those that compose would find.
 */
async function findComposeFiles(
  named: readonly string[],
  workingDirectory: string,
): Promise<readonly string[]> {
  if (named.length > 0) {
    const files = named.map((file) => path.resolve(workingDirectory, file));
    for (const [index, file] of files.entries()) {
      const kind = await kindOf(file);
      if (kind === "file") continue;
      if (kind === "directory" && files.length === 1) return findDefault(file);
      throw new QclockError("manifest-not-found", `There is no file at ${named[index] ?? file}.`, {
        hint: "Name a compose file, or the folder that holds one.",
      });
    }
    return Promise.all(files.map(inRealFolder));
  }
  return findDefault(workingDirectory);
}

async function findDefault(directory: string): Promise<readonly string[]> {
  for (const name of defaultNames) {
    const file = path.join(directory, name);
    if ((await kindOf(file)) !== "file") continue;
    const overrides = [".yaml", ".yml"].map((end) => file.replace(/\.ya?ml$/, `.override${end}`));
    const kinds = await Promise.all(overrides.map(kindOf));
    const beside = overrides.find((_, index) => kinds[index] === "file");
    const files = beside === undefined ? [file] : [file, beside];
    return Promise.all(files.map(inRealFolder));
  }
  throw new QclockError("manifest-not-found", `There is no compose file in ${directory}.`, {
    hint: `Name one. Looked for ${defaultNames.join(", ")}.`,
  });
}

async function inRealFolder(file: string): Promise<string> {
  return path.join(await realpath(path.dirname(file)), path.basename(file));
}
