import {
  osListOf,
  portVariables,
  withFirstOs,
  withPort,
  withStackName,
} from "../manifest/edit/edit.ts";
import { readFiles } from "./read-files.ts";
import { withSchemaLine } from "./schema-file.ts";
import type { ProjectChoices, ProjectFile, Template } from "./template.ts";
import { unlinked } from "./unlinked.ts";

/**
 * A template that is a stack of this installation: copied as it is, with another name and port, and
 * first among its systems the one that is asked for, else the one that its lock is for, so that a
 * new project builds from its lock.
 */
export function copiedTemplate(source: {
  readonly folder: string;
  readonly name: string;
  /** Files and folders in it that belong to the stack. */
  readonly parts: readonly string[];
  /** Text of its manifest. */
  readonly manifest: string;
  /** The system that its lock is for; absent: it has no lock. */
  readonly lockedOs?: string;
}): Template {
  const { folder, name, parts, manifest, lockedOs } = source;
  const ports = portVariables(manifest);
  return {
    name,
    summary: summaryOf(manifest),
    offersDatabase: false,
    systems: osListOf(manifest),
    ports,
    files: async (choices) => {
      const files = await Promise.all(parts.map((part) => readFiles(folder, part)));
      return files.flat().map((file) => adapt(file, choices, { ports, lockedOs }));
    },
  };
}

function adapt(
  file: ProjectFile,
  { name, port, os }: ProjectChoices,
  { ports, lockedOs }: Pick<Template, "ports"> & { readonly lockedOs: string | undefined },
): ProjectFile {
  const [first] = ports;
  const text = (): string => new TextDecoder().decode(Buffer.from(file.content));
  if (file.path === "README.md") {
    const renamed = unlinked(text()).replace(/^# .+$/m, `# ${name}`);
    const content =
      first === undefined || port === undefined
        ? renamed
        : renamed.replaceAll(`127.0.0.1:${first.port}`, `127.0.0.1:${port}`);
    return { ...file, content };
  }
  if (file.path !== "stack.config.yaml") return file;
  const own = withSchemaLine(withStackName(text(), name));
  const firstOs = os ?? lockedOs;
  const named = firstOs === undefined ? own : withFirstOs(own, firstOs);
  const content = first === undefined || port === undefined ? named : withPort(named, first, port);
  return { ...file, content };
}

/** What a manifest's first comment says after the name: of `# shop: sells. More.`, `sells`. */
function summaryOf(manifest: string): string {
  const lines = manifest.split("\n").filter((line) => !line.startsWith("# yaml-language-server:"));
  const end = lines.findIndex((line) => !line.startsWith("#"));
  const comment = lines
    .slice(0, end)
    .map((line) => line.replace(/^#\s*/, ""))
    .join(" ");
  const summary = comment.replace(/^[\w-]+: /, "").replace(/\.(?: .*)?$/, "");
  return summary.charAt(0).toLowerCase() + summary.slice(1);
}
