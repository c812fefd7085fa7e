import { type Diagnostic, locate, type Location } from "../diagnostic.ts";
import { readHead } from "../project/open.ts";
import type { DockerfileImage } from "../stack/stack.ts";
import { parseFroms } from "./dockerfile.ts";
import { type Directive, type Instruction, readInstructions } from "./dockerfile-lines.ts";
import type { ContextFile, ContextScan } from "./scan.ts";

export interface LintRequest {
  readonly image: DockerfileImage;
  readonly scan: ContextScan;
  /** How to show an absolute path to the user. */
  readonly displayPath: (absolutePath: string) => string;
}

/** How much of a file is read to see whether it is a script. */
const headBytes = 512;

/**
 * Look for what would fail in the builder, or only when the container starts, far from its cause: a
 * Dockerfile that names no image, a frontend from the network, a start script with CRLF line ends
 * or without its execute bit.
 */
export async function lintContext({
  image,
  scan,
  displayPath,
}: LintRequest): Promise<readonly Diagnostic[]> {
  const file = displayPath(scan.dockerfile.absolutePath);
  const { text } = scan.dockerfile;
  const { directives, instructions } = readInstructions(text);
  const dockerfileAt = (offset: number, length: number): Location =>
    locate(text, { file, offset, length });
  return [
    ...directives
      .filter(({ name }) => name === "syntax")
      .map((directive) => remoteFrontend(directive, dockerfileAt)),
    ...checkFroms(image, instructions, text, dockerfileAt),
    ...(await lintScripts({ scan, instructions, displayPath })),
  ];
}

type Locate = (offset: number, length: number) => Location;

/**
 * A frontend from a registry is code that runs in the builder and decides what the Dockerfile
 * means.
 */
function remoteFrontend({ value, offset, length }: Directive, at: Locate): Diagnostic {
  return {
    severity: "error",
    code: "dockerfile-syntax",
    message: `"# syntax=${value}" has the builder fetch and run a frontend from a registry.`,
    location: at(offset, length),
    related: [],
    hint: "Remove the line: the Engine's own frontend is used.",
  };
}

function checkFroms(
  image: DockerfileImage,
  instructions: readonly Instruction[],
  text: string,
  at: Locate,
): readonly Diagnostic[] {
  const first = instructions.find(({ keyword }) => keyword !== "ARG");
  if (first?.keyword !== "FROM") {
    return [
      {
        severity: "error",
        code: "dockerfile-syntax",
        message:
          first === undefined
            ? "The Dockerfile has no instruction."
            : "A Dockerfile begins with FROM; only ARG may stand before it.",
        location: at(first?.offset ?? 0, Math.max(first?.keyword.length ?? 1, 1)),
        related: [],
      },
    ];
  }
  return parseFroms(text, image.buildArgs)
    .filter(({ image: name }) => name === "")
    .map(({ offset, length, isFrom }) => ({
      severity: "error",
      code: "dockerfile-syntax",
      message: "The name of this image is empty once its variables are replaced.",
      location: at(offset, length),
      related: [],
      hint: isFrom
        ? "Give the ARG before the first FROM a default, or the image a value under `build.args`."
        : "Declare the variable in this stage, too: `ARG NAME` behind its FROM takes the value from before the first FROM.",
    }));
}

interface ScriptLint {
  readonly scan: ContextScan;
  readonly instructions: readonly Instruction[];
  readonly displayPath: LintRequest["displayPath"];
}

async function lintScripts({
  scan,
  instructions,
  displayPath,
}: ScriptLint): Promise<readonly Diagnostic[]> {
  const started = startedNames(instructions);
  const changesModes = instructions.some(
    ({ keyword, rest }) =>
      (keyword === "RUN" && rest.includes("chmod")) || rest.includes("--chmod="),
  );
  const diagnostics: Diagnostic[] = [];
  for (const entry of scan.entries) {
    if (entry.type !== "file" || !mayBeScript(entry, started)) continue;
    const head = (await readHead(entry.absolutePath, headBytes)).toString("utf8");
    if (!head.startsWith("#!")) continue;
    const isStarted = started.has(baseName(entry.path));
    const at = (length: number): Location =>
      locate(head, { file: displayPath(entry.absolutePath), offset: 0, length });
    const line = head.split("\n", 1)[0] ?? "";
    if (line.endsWith("\r")) diagnostics.push(carriageReturn(line, { at, isStarted }));
    if (isStarted && !entry.executable && !changesModes)
      diagnostics.push(notExecutable(at(line.length)));
  }
  return diagnostics;
}

/**
 * Names of the programs that ENTRYPOINT and CMD start: the first word of each, without its folder.
 */
function startedNames(instructions: readonly Instruction[]): ReadonlySet<string> {
  const commands = instructions.filter(
    ({ keyword }) => keyword === "ENTRYPOINT" || keyword === "CMD",
  );
  return new Set(
    commands.map(({ rest }) => baseName(/^\s*(?:\[\s*")?([^"\s,\]]+)/u.exec(rest)?.[1] ?? "")),
  );
}

/** Large files and files of a known other kind are not opened. */
function mayBeScript(
  { path, executable, sizeBytes }: ContextFile,
  started: ReadonlySet<string>,
): boolean {
  if (sizeBytes < 3 || sizeBytes > 1024 * 1024) return false;
  return executable || started.has(baseName(path)) || /\.(?:sh|bash|py|pl|rb|php)$/u.test(path);
}

function carriageReturn(
  line: string,
  { at, isStarted }: { readonly at: (length: number) => Location; readonly isStarted: boolean },
): Diagnostic {
  return {
    severity: isStarted ? "error" : "warning",
    code: "crlf-line-endings",
    message: `The script's first line ends with CR LF, so that the kernel looks for ${JSON.stringify(line.slice(2))}.`,
    location: at(line.length),
    related: [],
    hint: "Save the file with LF line ends; `* text=auto eol=lf` in .gitattributes keeps them.",
  };
}

function notExecutable(location: Location): Diagnostic {
  return {
    severity: "error",
    code: "not-executable",
    message: "The container starts this script, which is not executable.",
    location,
    related: [],
    hint: "Run `chmod +x` on it, or `git update-index --chmod=+x` where the file system has no modes.",
  };
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
