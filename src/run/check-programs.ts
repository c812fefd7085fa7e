import { posix } from "node:path";
import { type Diagnostic, errorAt, type Location } from "../diagnostic.ts";
import { findKnown, type KnownFiles, knownFiles } from "../image/files/known-files.ts";
import { chainOf } from "../stack/chain.ts";
import type { FoundTree } from "../image/files/file-tree.ts";
import type { LayerEntry } from "../image/layers/layer-entry.ts";
import {
  isMounted,
  programsOfImage,
  programsOfServices,
  type StartedProgram,
} from "../image/started-programs.ts";
import { readHead } from "../project/open.ts";
import type { AssembledImage, Image, Stack } from "../stack/stack.ts";

/** How much of a script is read to see its first line. */
const headBytes = 512;

/** What a stack is checked by without building it. */
export interface ProjectCheck {
  readonly stack: Stack;
  /** Listed trees of `files`, by image. */
  readonly trees: ReadonlyMap<string, readonly FoundTree[]>;
  /** What the packages of an image bring, where that is known. */
  readonly packages: ReadonlyMap<string, Iterable<LayerEntry>>;
  readonly displayPath: (absolutePath: string) => string;
}

/** What is known of the files of an image. */
export function filesOf({ stack, trees, packages }: ProjectCheck, image: Image): KnownFiles {
  return knownFiles(chainOf(stack, image), trees, packages);
}

/**
 * Programs of an image, its services and their probes that are in no layer or cannot be started, as
 * far as it is known what the layers hold.
 */
export async function checkPrograms(
  check: ProjectCheck,
  image: AssembledImage,
): Promise<readonly Diagnostic[]> {
  const { stack } = check;
  const programs = [...programsOfImage(stack, image), ...programsOfServices(stack, image)];
  if (programs.length === 0) return [];
  const files = filesOf(check, image);
  const found: Diagnostic[] = [];
  for (const program of programs) {
    const problem = await checkProgram({ check, image, files, program });
    if (problem !== undefined) found.push(problem);
  }
  return found;
}

interface ProgramCheck {
  readonly check: ProjectCheck;
  readonly image: AssembledImage;
  readonly files: KnownFiles;
  readonly program: StartedProgram;
}

async function checkProgram(request: ProgramCheck): Promise<Diagnostic | undefined> {
  const { check, image, program } = request;
  const at = placeOf(check.stack, image, program.place);
  const found = firstFile(request, program.candidates);
  if (found === "unknown") return undefined;
  const { program: name, owner } = program;
  if (found === "missing") {
    return errorAt(at, "missing-file", {
      message: `"${name}", which ${owner} starts, is in no layer of image "${image.name}".`,
      hint: "Add the file under `files`, or the package that brings it.",
    });
  }
  const { mode, source } = found.known;
  const shown = source === undefined ? `/${found.path}` : check.displayPath(source);
  if ((mode & 0o111) === 0) {
    return errorAt(at, "not-executable", {
      message: `${shown}, which ${owner} starts, is not executable.`,
      hint: 'Run `chmod +x` on it, or give it `mode: "0755"` in the manifest.',
    });
  }
  if (source === undefined) return undefined;
  const [line = ""] = (await readHead(source, headBytes)).toString("utf8").split("\n", 1);
  if (!line.startsWith("#!")) return undefined;
  if (line.endsWith("\r")) {
    return errorAt(at, "crlf-line-endings", {
      message: `${shown}, which ${owner} starts, has CR LF line ends, so that the kernel looks for ${JSON.stringify(line.slice(2))}.`,
      hint: "Save the file with LF line ends; `* text=auto eol=lf` in .gitattributes keeps them.",
    });
  }
  return checkInterpreter(request, { line, shown, at });
}

/** Of a script of the project: those of packages are not at hand. */
function checkInterpreter(
  request: ProgramCheck,
  { line, shown, at }: { readonly line: string; readonly shown: string; readonly at: Location },
): Diagnostic | undefined {
  const { image, program } = request;
  const [interpreter = "", argument = "-"] = line.slice(2).trim().split(/\s+/u);
  if (!interpreter.startsWith("/")) return undefined;
  const isNamed = interpreter.endsWith("/env") && !/^-|=/u.test(argument);
  const wanted: readonly (readonly [string, readonly string[]])[] = [
    [interpreter, [interpreter.slice(1)]],
    ...(isNamed
      ? [[argument, program.folders.map((folder) => posix.join(folder, argument))] as const]
      : []),
  ];
  const missing = wanted.find(([, candidates]) => firstFile(request, candidates) === "missing");
  if (missing === undefined) return undefined;
  return errorAt(at, "missing-file", {
    message: `"${missing[0]}", which ${shown} needs to be run, is in no layer of image "${image.name}".`,
    hint: "Add the package that brings it (packages rarely name the essential ones they use), or the file.",
  });
}

type Found = ReturnType<typeof findKnown> & {
  readonly known: NonNullable<ReturnType<typeof findKnown>["known"]>;
};

/**
 * The first of the paths that is a file. `unknown` where one may be that nobody has listed, or that
 * a mount lies over.
 */
function firstFile(
  { files, program }: Pick<ProgramCheck, "files" | "program">,
  candidates: readonly string[],
): Found | "unknown" | "missing" {
  for (const candidate of candidates) {
    const { path, known } = findKnown(files, candidate);
    if (isMounted(program, candidate) || isMounted(program, path)) return "unknown";
    if (known?.type === "file") return { path, known };
    if (known === undefined && files.mayHold(path)) return "unknown";
  }
  return "missing";
}

function placeOf(stack: Stack, image: AssembledImage, key: string): Location {
  const [kind = "", name = ""] = key.split(".");
  const place =
    stack.locations.get(key) ??
    stack.locations.get(`${kind}.${name}`) ??
    stack.locations.get(`images.${image.name}`);
  if (place === undefined) throw new Error(`${key} stands nowhere in the manifest`);
  return place;
}
