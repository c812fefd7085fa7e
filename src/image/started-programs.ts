import { posix } from "node:path";
import type { AssembledImage, Service, Stack } from "../stack/stack.ts";
import { isInside } from "../stack/values.ts";
import { DEFAULT_PATH, type EffectiveSettings, inheritSettings } from "./config.ts";
import { chainOf } from "../stack/chain.ts";

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

/**
 * The program of an image, of its own entrypoint, or of its own command where no image below gives
 * an entrypoint.
 */
export function programsOfImage(
  stack: Pick<Stack, "images">,
  image: AssembledImage,
): readonly StartedProgram[] {
  const settings = settingsOf(stack, image);
  const key = (settings.entrypoint ?? []).length > 0 ? "entrypoint" : "command";
  return image.config[key] === undefined ? [] : programOfSettings(image.name, settings);
}

/** What a container of an image starts by the image's own and inherited settings. */
export function programOfSettings(
  image: string,
  settings: EffectiveSettings,
): readonly StartedProgram[] {
  const key = (settings.entrypoint ?? []).length > 0 ? "entrypoint" : "command";
  const [program] = settings[key] ?? [];
  if (program === undefined) return [];
  const [owner, place] = [`image "${image}"`, `images.${image}.${key}`];
  return [{ program, owner, place, mounts: [], ...placesOf(program, settings) }];
}

/**
 * What services and their probes start in containers of an image beyond the image's own program.
 */
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
  const settings = settingsOf(stack, image);
  const where = {
    environment: new Map([...settings.environment, ...service.environment]),
    workingDirectory: service.workingDirectory ?? settings.workingDirectory,
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
  const entrypoint = service.entrypoint ?? settings.entrypoint ?? [];
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

/**
 * Whether a container may have something else at a path than its image, or at one of the folders
 * that are searched.
 */
export function isMounted({ program, folders, mounts }: StartedProgram, at: string): boolean {
  if (mounts.some((target) => isInside(target, `/${at}`))) return true;
  if (program.includes("/")) return false;
  return folders.some((folder) => mounts.some((target) => isInside(`/${folder}`, target)));
}

/**
 * As the kernel and a shell find a program; a path without a slash in front begins at the working
 * folder.
 */
function placesOf(
  program: string,
  where: {
    readonly environment: ReadonlyMap<string, string>;
    readonly workingDirectory?: string | undefined;
  },
): Pick<StartedProgram, "candidates" | "folders"> {
  const absolute = (path: string): string =>
    posix.resolve("/", where.workingDirectory ?? "/", path).slice(1);
  const folders = (where.environment.get("PATH") ?? DEFAULT_PATH).split(":").map(absolute);
  return program.includes("/")
    ? { candidates: [absolute(program)], folders }
    : { candidates: folders.map((folder) => posix.join(folder, program)), folders };
}

/**
 * The settings of an image with those that it inherits, as far as they are known: of what was not
 * made of packages they are not.
 */
function settingsOf(stack: Pick<Stack, "images">, image: AssembledImage): EffectiveSettings {
  const nothing = { environment: new Map(), exposedPorts: [], labels: new Map() };
  return chainOf(stack, image)
    .filter((one) => one.type === "assembled")
    .reduce<EffectiveSettings>((below, one) => inheritSettings(below, one.config), nothing);
}
