import { type Diagnostic, errorAt, type Location } from "../diagnostic.ts";
import { QclockError } from "../error.ts";
import { summarizeRemarks } from "../image/files/file-remarks.ts";
import type { FoundTree } from "../image/files/file-tree.ts";
import { withoutDeclared } from "../image/files/files.ts";
import { findKnown, listTrees } from "../image/files/known-files.ts";
import { missingWorkingFolder } from "../image/working-folder.ts";
import type { AssembledImage, DockerfileImage, Image, Stack } from "../stack/stack.ts";
import { checkPrograms, filesOf, type ProjectCheck } from "./check-programs.ts";

/**
 * Everything that the project's files show to be wrong, or to become another thing in an image,
 * before anything is fetched or built: names that no image can hold, modes that are lost, programs
 * that are not there or cannot start, build contexts with mistakes. What packages bring counts as
 * far as it is known.
 */
export async function checkProject({
  stack,
  packages,
  displayPath,
}: Omit<ProjectCheck, "trees">): Promise<readonly Diagnostic[]> {
  const trees = new Map<string, readonly FoundTree[]>();
  const check = { stack, trees, packages, displayPath };
  const found: Diagnostic[] = [];
  for (const image of stack.images.values()) {
    await collect(found, placeOf(stack, image), async () => {
      if (image.type === "dockerfile") return checkContext(stack, image, displayPath);
      if (image.type !== "assembled") return [];
      trees.set(image.name, await listTrees(image));
      return checkTrees(check, image);
    });
  }
  for (const image of stack.images.values()) {
    if (image.type !== "assembled") continue;
    found.push(...(await checkPrograms(check, image)), ...checkFolder(check, image));
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

function checkTrees(
  { stack, trees, displayPath }: ProjectCheck,
  image: AssembledImage,
): Diagnostic[] {
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
  displayPath: ProjectCheck["displayPath"],
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

function checkFolder(check: ProjectCheck, image: AssembledImage): readonly Diagnostic[] {
  const { stack } = check;
  if (image.config.workingDirectory === undefined) return [];
  const files = filesOf(check, image);
  const missing = missingWorkingFolder(stack, image, (wanted) => {
    const { path, known } = findKnown(files, wanted);
    return known?.type === "directory" || files.mayHold(path);
  });
  if (missing === undefined) return [];
  const at = stack.locations.get(`images.${image.name}.working_dir`) ?? placeOf(stack, image);
  return [{ ...errorAt(at, "file-differs", missing), severity: "warning" }];
}

function placeOf(stack: Stack, { name }: Image): Location {
  const place = stack.locations.get(`images.${name}`);
  if (place === undefined) throw new Error(`image ${name} stands nowhere in the manifest`);
  return place;
}
