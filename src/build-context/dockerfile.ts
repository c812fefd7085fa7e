import { type Instruction, readInstructions } from "./dockerfile-lines.ts";
import { expandVariables } from "./dockerfile-variables.ts";

/** An image from outside that a Dockerfile stands on or copies from. */
export interface DockerfileFrom {
  /** As the builder would resolve it: variables replaced by the build args and defaults. */
  readonly image: string;
  /** Name of the stage that it begins. */
  readonly alias?: string;
  /** Where the name is written, in UTF-16 code units. */
  readonly offset: number;
  readonly length: number;
  /**
   * Written in `FROM`, where the builders replace variables themselves, and only those from before
   * the first one.
   */
  readonly isFrom: boolean;
}

/** Any name of an image or a stage, with what is known of it. */
interface Reference extends DockerfileFrom {
  /** An earlier stage of the same Dockerfile, or `scratch`. */
  readonly isStage: boolean;
}

type Variables = ReadonlyMap<string, string>;

/**
 * The images that a Dockerfile names in `FROM`, `COPY --from`, `ADD --from` and `RUN
 * --mount=…,from=`, in order. Stages of the same Dockerfile and `scratch` are none. Variables are
 * replaced by what `build.args` and the defaults of `ARG` give them. A name that is empty once its
 * variables are replaced is kept, so that it can be reported.
 */
export function parseFroms(
  text: string,
  buildArgs: Variables = new Map(),
): readonly DockerfileFrom[] {
  return readAll(text, buildArgs)
    .filter(({ isStage }) => !isStage)
    .map(({ isStage: _, ...from }) => from);
}

/**
 * Replace names of images in a Dockerfile, leaving every other character, and so every line number,
 * where it is. Variables in `COPY --from` and `RUN --mount` go, too, since the builders refuse them
 * there.
 */
export function renameFroms(
  text: string,
  names: ReadonlyMap<string, string>,
  buildArgs: Variables = new Map(),
): string {
  const references = readAll(text, buildArgs).toSorted((left, right) => right.offset - left.offset);
  return references.reduce((renamed, { image, isStage, isFrom, offset, length }) => {
    const name = isStage ? undefined : names.get(image);
    const isReplaced = !isFrom && image !== text.slice(offset, offset + length);
    const written = name ?? (isReplaced ? image : undefined);
    return written === undefined
      ? renamed
      : renamed.slice(0, offset) + written + renamed.slice(offset + length);
  }, text);
}

function readAll(text: string, buildArgs: Variables): readonly Reference[] {
  const globals = new Map<string, string>();
  let locals = new Map<string, string>();
  const stages = new Set<string>(["scratch"]);
  let stageCount = 0;
  const references: Reference[] = [];
  for (const instruction of readInstructions(text).instructions) {
    const { keyword, rest } = instruction;
    if (keyword === "ARG" && stageCount === 0) {
      // Only what stands before the first FROM can be used in one.
      for (const [name, value] of readArgs(rest, globals, buildArgs)) globals.set(name, value);
    } else if (keyword === "ARG") {
      // Without a default it takes the value from before the first FROM.
      const read = readArgs(rest, locals, buildArgs, globals);
      for (const [name, value] of read) locals.set(name, value);
    } else if (keyword === "ENV") {
      for (const [name, value] of readArgs(rest, locals)) locals.set(name, value);
    } else if (keyword === "FROM") {
      const from = readFrom(instruction, globals);
      if (from !== undefined) {
        references.push({ ...from, isStage: stages.has(from.image.toLowerCase()) });
      }
      stages.add(String(stageCount));
      if (from?.alias !== undefined) stages.add(from.alias.toLowerCase());
      stageCount += 1;
      locals = new Map();
    } else {
      for (const found of readReferences(instruction)) {
        const image = expandVariables(found.image, locals);
        const isStage = stages.has(image.toLowerCase());
        references.push({ ...found, image, isStage });
      }
    }
  }
  return references;
}

function readFrom(
  instruction: Instruction,
  variables: ReadonlyMap<string, string>,
): DockerfileFrom | undefined {
  const words = [...instruction.rest.matchAll(/\S+/gu)].filter(([word]) => !word.startsWith("--"));
  const [image, as, alias] = words;
  if (image === undefined) return undefined;
  return {
    image: expandVariables(unquote(image[0]), variables),
    ...(as?.[0].toLowerCase() === "as" && alias !== undefined ? { alias: alias[0] } : {}),
    offset: instruction.offsetOf(image.index),
    length: image[0].length,
    isFrom: true,
  };
}

/** Names as they are written. */
function readReferences({ keyword, rest, offsetOf }: Instruction): readonly DockerfileFrom[] {
  const patterns = new Map([
    ["COPY", /(?:^|\s)--from=(\S+)/gu],
    ["ADD", /(?:^|\s)--from=(\S+)/gu],
    ["RUN", /(?:^|\s)--mount=(?:\S*,)?from=([^\s,]+)/gu],
  ]);
  const pattern = patterns.get(keyword);
  if (pattern === undefined) return [];
  // Flags stand before the arguments: the same text further on is a command's own.
  const flags = /^(?:\s*--\S+)*/u.exec(rest)?.[0] ?? "";
  return [...flags.matchAll(pattern)].map((match) => {
    const image = match[1] ?? "";
    return {
      image,
      offset: offsetOf(match.index + match[0].lastIndexOf(image)),
      length: image.length,
      isFrom: false,
    };
  });
}

function readArgs(
  rest: string,
  variables: Variables,
  buildArgs: Variables = new Map(),
  inherited: Variables = new Map(),
): Variables {
  const read = new Map<string, string>();
  for (const [, name = "", written] of rest.matchAll(
    /(?<=^|\s)([A-Za-z_]\w*)(?:=("[^"]*"|'[^']*'|\S*))?/gu,
  )) {
    const known = new Map([...variables, ...read]);
    const value =
      buildArgs.get(name) ??
      (written === undefined ? inherited.get(name) : expandVariables(unquote(written), known));
    if (value !== undefined) read.set(name, value);
  }
  return read;
}

function unquote(text: string): string {
  return /^(["']).*\1$/u.test(text) ? text.slice(1, -1) : text;
}
