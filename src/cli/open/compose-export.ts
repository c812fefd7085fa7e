import { realpath } from "node:fs/promises";
import path from "node:path";
import { exportCompose } from "../../compose/export/export.ts";
import { noteDiagnostic } from "../../compose/note-diagnostic.ts";
import { type Note, Notes } from "../../compose/notes.ts";
import type { Diagnostic } from "../../diagnostic.ts";
import { secretsVolumeName } from "../../plan/volumes/secret-volumes.ts";
import { ok, type Result } from "../../result.ts";
import { refuseOccupied, writeWholeFile } from "../../store/whole-file.ts";
import { imageArchitecture } from "./context.ts";
import { displayPath, findManifest } from "./manifest-file.ts";
import { isSecretName } from "./secret-names.ts";
import type { Session } from "./session.ts";
import { loadStack } from "./stack-file.ts";

/** A compose file that was exported. */
export interface ExportedFile {
  readonly text: string;
  /** As messages show it; absent: it was not written to a file. */
  readonly output: string | undefined;
  readonly notes: readonly Note[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Make a compose file of the stack and write it, whole or not at all. Throws `would-lose-data` for
 * a file that is there already.
 */
export async function exportFile(
  session: Session,
  { output, force = false }: { readonly output?: string; readonly force?: boolean },
): Promise<Result<ExportedFile, readonly Diagnostic[]>> {
  const { workingDirectory } = session.host;
  const target =
    output === undefined || output === "-" ? undefined : path.resolve(workingDirectory, output);
  if (target !== undefined) await refuseOccupied(target, force);
  const files = await findManifest({ named: session.settings.file, workingDirectory });
  const loaded = await loadStack({
    session,
    files,
    architecture: imageArchitecture(session),
    containers: "made",
  });
  if (!loaded.ok) return loaded;
  const { stack, environment } = loaded.value;
  const notes = new Notes();
  const text = exportCompose({
    stack,
    notes,
    directory: target === undefined ? stack.directory : await realpath(path.dirname(target)),
    secretsVolumeOf: (service) => secretsVolumeName(stack.name, service),
    secretVariables: new Map(
      [...environment].flatMap(([name, value]) =>
        isSecretName(name) && value.length >= shortestSecret ? [[value, name]] : [],
      ),
    ),
  });
  if (target !== undefined)
    await writeWholeFile({ file: target, content: oneOf(text), replace: force });
  return ok({
    text,
    output: target === undefined ? undefined : displayPath(target, workingDirectory),
    notes: notes.list,
    diagnostics: notes.list.map(noteDiagnostic),
  });
}

/** A shorter value would take ordinary words out of the file. */
const shortestSecret = 8;

async function* oneOf(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}
