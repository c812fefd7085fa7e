import path from "node:path";
import { importCompose, type ImportedManifest } from "../../src/compose/import/import.ts";
import { Notes } from "../../src/compose/notes.ts";
import { loadCompose } from "../../src/compose/read/load.ts";
import { ComposeProblems } from "../../src/compose/read/problems.ts";
import { ComposeVariables } from "../../src/compose/read/variables.ts";
import type { Diagnostic } from "../../src/diagnostic.ts";
import { formatDiagnostics } from "../../src/reporters/format/diagnostic.ts";
import { ok, type Result } from "../../src/result.ts";
import type { ManifestService } from "../../src/manifest/schema/manifest.ts";
import { loadText } from "./read-manifest.ts";

export interface ComposeFiles {
  /** Texts by their paths below the project. */
  readonly files: Readonly<Record<string, string>>;
  /** The files that are laid over each other; the first one of `files` by default. */
  readonly named?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Further paths that exist. */
  readonly existing?: readonly string[];
  readonly dockerfiles?: Readonly<Record<string, string>>;
}

/** The manifest of compose files, as if they stood in /project. */
export async function importFilesOf(
  given: ComposeFiles,
): Promise<Result<ImportedManifest, readonly Diagnostic[]>> {
  const { files, environment = {}, existing = [], dockerfiles = {} } = given;
  const named = given.named ?? Object.keys(files).slice(0, 1);
  const directory = "/project";
  const notes = new Notes();
  const variables = new ComposeVariables(new Map(Object.entries(environment)));
  const root = await loadCompose(
    named.map((file) => path.join(directory, file)),
    {
      directory,
      variables,
      notes,
      read: async (file) => {
        const displayPath = path.relative(directory, file);
        const text = files[displayPath];
        return text === undefined ? undefined : ok({ text, displayPath });
      },
    },
  );
  if (!root.ok) return root;
  return importCompose({
    root: root.value,
    variables,
    notes,
    problems: new ComposeProblems(),
    directory,
    exists: (file) => existing.some((each) => path.join(directory, each) === file),
    source: named[0] ?? "",
    readDockerfile: async (file) => dockerfiles[path.relative(directory, file)] ?? "",
  });
}

/** The import of one text that is right. */
export async function importText(
  text: string,
  world: Omit<ComposeFiles, "files" | "named"> = {},
): Promise<ImportedManifest> {
  const imported = await importFilesOf({ ...world, files: { "compose.yaml": text } });
  if (!imported.ok) throw new Error(formatDiagnostics(imported.error, { color: false }));
  return imported.value;
}

/** The screen of files that are wrong; nothing for right ones. */
export async function importScreen(given: ComposeFiles): Promise<string> {
  const imported = await importFilesOf(given);
  return imported.ok ? "" : `\n${formatDiagnostics(imported.error, { color: false })}`;
}

/** What a service of compose becomes, as the manifest's schema reads it, and what is told of it. */
export async function importService(
  lines: string,
  world: Omit<ComposeFiles, "files" | "named"> & { readonly beside?: string } = {},
): Promise<{
  readonly service: ManifestService;
  readonly notes: readonly string[];
  readonly imported: ImportedManifest;
}> {
  const indented = lines.trim().replaceAll(/^/gm, "    ");
  const text = `services:\n  web:\n    image: nginx:1\n${indented}\n${world.beside ?? ""}`;
  const imported = await importText(text, world);
  const { manifest } = loadedManifest(imported, world.environment);
  const service = manifest.services["web"];
  if (service === undefined) throw new Error("the service is not there");
  return {
    service,
    imported,
    notes: imported.notes.map(({ kind, message }) => `${kind}: ${message}`),
  };
}

/** The manifest that an import gives, read again. */
export function loadedManifest(
  { text }: Pick<ImportedManifest, "text">,
  environment: Readonly<Record<string, string>> = {},
) {
  const loaded = loadText(text, { environment });
  if (!loaded.ok) throw new Error(`${formatDiagnostics(loaded.error, { color: false })}\n${text}`);
  return loaded.value;
}
