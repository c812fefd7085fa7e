import { posix } from "node:path";
import type { AssembledImage, Image, Service, Stack } from "../stack/stack.ts";
import { isInside } from "../stack/values.ts";
import { DEFAULT_PATH } from "./config.ts";
import { chainOf } from "./files/known-files.ts";

/** A program that something starts in containers of an image. */
export interface StartedProgram {
  /** As the manifest has it: a path, or a name that is looked for. */
  readonly program: string;
  /** Where it may lie, the first first; without leading slashes. */
  readonly candidates: readonly string[];
  /** Folders where a name is looked for, without leading slashes. */
  readonly folders: readonly string[];
  /** Who starts it: `image "app"`, `service "web"`, `probe "exec:check" of service "web"`. */
  readonly owner: string;
  /** Its place in the manifest, as a key of `Stack.locations`. */
  readonly place: string;
  /** Absolute paths where a container has something else than its image. */
  readonly mounts: readonly string[];
}

/** The program of an image: of its own entrypoint, or of its own command where no image below gives an entrypoint. */
export function programsOfImage(
  stack: Pick<Stack, "images">,
  image: AssembledImage,
): readonly StartedProgram[] {
  const key = settingOf(stack, image, "entrypoint") === undefined ? "command" : "entrypoint";
  const [program] = image.config[key] ?? [];
  if (program === undefined) return [];
  const where = {
    searchPath: pathOf(stack, image),
    workingDirectory: workingDirectoryOf(stack, image),
  };
  const owner = `image "${image.name}"`;
  const place = `images.${image.name}.${key}`;
  return [{ program, owner, place, mounts: [], ...placesOf(program, where) }];
}

/** What services and their probes start in containers of an image beyond the image's own program. */
export function programsOfServices(
  stack: Pick<Stack, "images" | "services">,
  image: AssembledImage,
): readonly StartedProgram[] {
  return [...stack.services.values()]
    .filter((service) => service.image === image.name)
    .flatMap((service) => programsOfService(stack, image, service));
}

function programsOfService(
  stack: Pick<Stack, "images">,
  image: AssembledImage,
  service: Service,
): readonly StartedProgram[] {
  const where = {
    searchPath: service.environment.get("PATH") ?? pathOf(stack, image),
    workingDirectory: service.workingDirectory ?? workingDirectoryOf(stack, image),
  };
  const mounts = [...service.mounts, ...service.tmpfs].map(({ target }) => target);
  const start = (
    program: string | undefined,
    owner: string,
    key: string,
  ): readonly StartedProgram[] => {
    if (program === undefined) return [];
    const place = `services.${service.name}.${key}`;
    return [{ program, owner, place, mounts, ...placesOf(program, where) }];
  };
  const entrypoint = service.entrypoint ?? settingOf(stack, image, "entrypoint") ?? [];
  const key = service.entrypoint !== undefined && entrypoint.length > 0 ? "entrypoint" : "command";
  const isOwn = key === "entrypoint" || entrypoint.length === 0;
  return [
    ...(isOwn ? start(service[key]?.[0], `service "${service.name}"`, key) : []),
    ...service.probes.flatMap(({ name, check }, index) =>
      check.type === "exec"
        ? start(check.command[0], `probe "${name}" of service "${service.name}"`, `probes.${index}`)
        : [],
    ),
  ];
}

/** Whether a container may have something else at a path than its image, or at one of the folders that are searched. */
export function isMounted({ program, folders, mounts }: StartedProgram, at: string): boolean {
  if (mounts.some((target) => isInside(target, `/${at}`))) return true;
  if (program.includes("/")) return false;
  return folders.some((folder) => mounts.some((target) => isInside(`/${folder}`, target)));
}

/** As the kernel and a shell find a program; a path without a slash in front begins at the working folder. */
function placesOf(
  program: string,
  where: { readonly searchPath: string; readonly workingDirectory: string },
): Pick<StartedProgram, "candidates" | "folders"> {
  const absolute = (path: string): string =>
    posix.resolve("/", where.workingDirectory, path).slice(1);
  const folders = where.searchPath.split(":").map(absolute);
  return program.includes("/")
    ? { candidates: [absolute(program)], folders }
    : { candidates: folders.map((folder) => posix.join(folder, program)), folders };
}

function pathOf(stack: Pick<Stack, "images">, image: AssembledImage): string {
  return settingsOf(stack, image, (one) => one.environment.get("PATH")) ?? DEFAULT_PATH;
}

function workingDirectoryOf(stack: Pick<Stack, "images">, image: AssembledImage): string {
  return settingsOf(stack, image, (one) => one.workingDirectory) ?? "/";
}

/** Undefined where it is empty, which takes away what an image below gives. */
function settingOf(
  stack: Pick<Stack, "images">,
  image: AssembledImage,
  key: "entrypoint" | "command",
): readonly string[] | undefined {
  const words = settingsOf(stack, image, (one) => one[key]);
  return words === undefined || words.length === 0 ? undefined : words;
}

/** The value that the topmost image of a chain gives which has one. */
function settingsOf<Value>(
  stack: Pick<Stack, "images">,
  image: Image,
  value: (settings: AssembledImage["config"]) => Value | undefined,
): Value | undefined {
  return chainOf(stack, image)
    .filter((one) => one.type === "assembled")
    .map((one) => value(one.config))
    .findLast((one) => one !== undefined);
}
