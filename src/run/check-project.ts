import path from "node:path";
import { type Diagnostic, errorAt, type Location } from "../diagnostic.ts";
import { QclockError } from "../error.ts";
import { DEFAULT_PATH } from "../image/config.ts";
import { summarizeRemarks } from "../image/files/file-remarks.ts";
import type { FoundTree } from "../image/files/file-tree.ts";
import { withoutDeclared } from "../image/files/files.ts";
import { chainOf, findKnown, knownFiles, listTrees } from "../image/files/known-files.ts";
import { readHead } from "../project/open.ts";
import type { AssembledImage, DockerfileImage, Image, Stack } from "../stack/stack.ts";

/** How much of a script is read to see its first line. */
const headBytes = 512;

interface Check {
  readonly stack: Stack;
  readonly trees: ReadonlyMap<string, readonly FoundTree[]>;
  readonly displayPath: (absolutePath: string) => string;
}

/**
 * Everything that the project's files show to be wrong, or to become another thing in an image, before
 * anything is fetched or built: names that no image can hold, modes that are lost, programs that are not there or
 * cannot start, build contexts with mistakes.
 */
export async function checkProject(
  stack: Stack,
  displayPath: Check["displayPath"],
): Promise<readonly Diagnostic[]> {
  const trees = new Map<string, readonly FoundTree[]>();
  const found: Diagnostic[] = [];
  for (const image of stack.images.values()) {
    await collect(found, placeOf(stack, image), async () => {
      if (image.type === "dockerfile") return checkContext(stack, image, displayPath);
      if (image.type !== "assembled") return [];
      trees.set(image.name, await listTrees(image));
      return checkTrees({ stack, trees, displayPath }, image);
    });
  }
  const check: Check = { stack, trees, displayPath };
  for (const image of stack.images.values()) {
    if (image.type !== "assembled") continue;
    found.push(...(await checkImageProgram(check, image)), ...checkFolder(check, image));
  }
  for (const service of stack.services.values()) {
    const image = stack.images.get(service.image);
    const [program] = service.entrypoint ?? [];
    if (image === undefined || program === undefined) continue;
    const at = stack.locations.get(`services.${service.name}.entrypoint`) ?? placeOf(stack, image);
    const owner = `service "${service.name}"`;
    found.push(...(await checkProgram(check, { image, program, owner, at })));
  }
  return found;
}

/** What ends a listing is one problem of its image; the others are looked at all the same. */
async function collect(
  found: Diagnostic[],
  at: Location,
  look: () => Promise<readonly Diagnostic[]>,
): Promise<void> {
  try {
    found.push(...(await look()));
  } catch (error) {
    if (!(error instanceof QclockError)) throw error;
    const code = error.code === "path-outside-project" ? error.code : "invalid-file";
    const details = error.details.length === 0 ? "" : ` (${error.details.join(", ")})`;
    found.push(errorAt(at, code, { message: error.message + details, hint: error.hint }));
  }
}

function checkTrees({ stack, trees, displayPath }: Check, image: AssembledImage): Diagnostic[] {
  const found = trees.get(image.name) ?? [];
  return image.files.flatMap((tree, index) => {
    const remarks = found[index]?.remarks ?? [];
    const at =
      stack.locations.get(`images.${image.name}.files.${tree.source}`) ?? placeOf(stack, image);
    return summarizeRemarks(withoutDeclared(remarks, tree, image), displayPath).map((summary) =>
      summary.isError
        ? errorAt(at, "invalid-file", summary)
        : { ...errorAt(at, "file-differs", summary), severity: "warning" as const },
    );
  });
}

async function checkContext(
  stack: Stack,
  image: DockerfileImage,
  displayPath: Check["displayPath"],
): Promise<readonly Diagnostic[]> {
  // Loaded here: most stacks have no Dockerfile.
  const [{ scanContext }, { lintContext }, { refuseSecrets }] = await Promise.all([
    import("../build-context/scan.ts"),
    import("../build-context/lint.ts"),
    import("../build-context/secrets.ts"),
  ]);
  const scan = await scanContext(image, stack.directory);
  await refuseSecrets(scan);
  return lintContext({ image, scan, displayPath });
}

/** The program of an image's own entrypoint, or of its command where there is none. */
async function checkImageProgram(
  check: Check,
  image: AssembledImage,
): Promise<readonly Diagnostic[]> {
  const chain = chainOf(check.stack, image);
  const entrypoint = lastOf(chain, (one) => one.config.entrypoint);
  const key = entrypoint === undefined ? "command" : "entrypoint";
  const program = image.config[key]?.[0];
  if (program === undefined) return [];
  const at =
    check.stack.locations.get(`images.${image.name}.${key}`) ?? placeOf(check.stack, image);
  return checkProgram(check, { image, program, owner: `image "${image.name}"`, at });
}

interface Program {
  readonly image: Image;
  readonly program: string;
  readonly owner: string;
  readonly at: Location;
}

async function checkProgram(
  { stack, trees, displayPath }: Check,
  { image, program, owner, at }: Program,
): Promise<readonly Diagnostic[]> {
  const chain = chainOf(stack, image);
  const files = knownFiles(chain, trees);
  const searchPath = lastOf(chain, (one) => one.config.environment.get("PATH")) ?? DEFAULT_PATH;
  const candidates = candidatesOf(program, searchPath).map((each) => findKnown(files, each));
  const found = candidates.find(({ known }) => known?.type === "file");
  if (found?.known === undefined) {
    if (candidates.some((each) => files.mayHold(each.path))) return [];
    return [
      errorAt(at, "missing-file", {
        message: `"${program}", which ${owner} starts, is in no layer of image "${image.name}".`,
        hint: "Add the file under `files`, or the package that brings it.",
      }),
    ];
  }
  const { mode, source } = found.known;
  const shown = source === undefined ? `/${found.path}` : displayPath(source);
  if ((mode & 0o111) === 0) {
    return [
      errorAt(at, "not-executable", {
        message: `${shown}, which ${owner} starts, is not executable.`,
        hint: 'Run `chmod +x` on it, or give it `mode: "0755"` in the manifest.',
      }),
    ];
  }
  if (source === undefined) return [];
  const [line = ""] = (await readHead(source, headBytes)).toString("utf8").split("\n", 1);
  if (!line.startsWith("#!") || !line.endsWith("\r")) return [];
  return [
    errorAt(at, "crlf-line-endings", {
      message: `${shown}, which ${owner} starts, has CR LF line ends, so that the kernel looks for ${JSON.stringify(line.slice(2))}.`,
      hint: "Save the file with LF line ends; `* text=auto eol=lf` in .gitattributes keeps them.",
    }),
  ];
}

function candidatesOf(program: string, searchPath: string): readonly string[] {
  if (program.includes("/")) return [program.replace(/^\/+/, "")];
  return searchPath.split(":").map((folder) => `${folder.replace(/^\/+/, "")}/${program}`);
}

/** A working folder that the image lacks, most often since `files` have landed in the root in its stead. */
function checkFolder({ stack, trees }: Check, image: AssembledImage): readonly Diagnostic[] {
  const folder = image.config.workingDirectory;
  if (folder === undefined) return [];
  const files = knownFiles(chainOf(stack, image), trees);
  const wanted = path.posix.normalize(folder).replace(/^\/+|\/+$/g, "");
  const { path: real, known } = findKnown(files, wanted);
  if (wanted === "" || known?.type === "directory" || files.mayHold(real)) return [];
  const inRoot = image.files.find(({ target }) => target === "/");
  const at = stack.locations.get(`images.${image.name}.working_dir`) ?? placeOf(stack, image);
  return [
    {
      ...errorAt(at, "file-differs", {
        message: `Image "${image.name}" has no folder ${folder}, its working folder.`,
        hint:
          inRoot === undefined
            ? `List it under \`directories\`.`
            : `What \`files\` has from ${path.basename(inRoot.source)} is laid over the root: give it \`target: ${folder}\`, or list the folder under \`directories\`.`,
      }),
      severity: "warning",
    },
  ];
}

/** The value that the topmost image of a chain gives which has one. */
function lastOf<Value>(
  chain: readonly Image[],
  value: (image: AssembledImage) => Value | undefined,
): Value | undefined {
  return chain
    .filter((image) => image.type === "assembled")
    .map((image) => value(image))
    .findLast((one) => one !== undefined);
}

function placeOf(stack: Stack, { name }: Image): Location {
  const place = stack.locations.get(`images.${name}`);
  if (place === undefined) throw new Error(`image ${name} stands nowhere in the manifest`);
  return place;
}
