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
}

/**
 * The images that a Dockerfile names in `FROM`, `COPY --from`, `ADD --from` and `RUN --mount=…,from=`, in order. Stages of
 * the same Dockerfile and `scratch` are none. A name that is empty once its variables are replaced is kept, so that it can
 * be reported.
 */
export function parseFroms(
  text: string,
  buildArgs: ReadonlyMap<string, string> = new Map(),
): readonly DockerfileFrom[] {
  const { instructions } = readInstructions(text);
  const variables = new Map<string, string>();
  const stages = new Set<string>();
  let stageCount = 0;
  const froms: DockerfileFrom[] = [];
  for (const instruction of instructions) {
    if (instruction.keyword === "ARG" && stageCount === 0) {
      // Only what stands before the first FROM can be used in one.
      for (const [name, value] of readArgs(instruction.rest, variables, buildArgs))
        variables.set(name, value);
    } else if (instruction.keyword === "FROM") {
      const from = readFrom(instruction, variables);
      if (from !== undefined && !isInside(from.image, stages)) froms.push(from);
      stages.add(String(stageCount));
      if (from?.alias !== undefined) stages.add(from.alias.toLowerCase());
      stageCount += 1;
    } else {
      froms.push(...readReferences(instruction).filter(({ image }) => !isInside(image, stages)));
    }
  }
  return froms;
}

/** Replace names of images in a Dockerfile, leaving every other character, and so every line number, where it is. */
export function renameFroms(
  text: string,
  names: ReadonlyMap<string, string>,
  buildArgs: ReadonlyMap<string, string> = new Map(),
): string {
  const froms = parseFroms(text, buildArgs).toSorted((left, right) => right.offset - left.offset);
  return froms.reduce((renamed, { image, offset, length }) => {
    const name = names.get(image);
    return name === undefined
      ? renamed
      : renamed.slice(0, offset) + name + renamed.slice(offset + length);
  }, text);
}

function isInside(image: string, stages: ReadonlySet<string>): boolean {
  return image === "scratch" || stages.has(image.toLowerCase());
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
  };
}

/** The builders replace no variables in these. */
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
    };
  });
}

function readArgs(
  rest: string,
  variables: ReadonlyMap<string, string>,
  buildArgs: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const read = new Map<string, string>();
  for (const [, name = "", written] of rest.matchAll(
    /([A-Za-z_]\w*)(?:=("[^"]*"|'[^']*'|\S*))?/gu,
  )) {
    const known = new Map([...variables, ...read]);
    const value =
      buildArgs.get(name) ??
      (written === undefined ? undefined : expandVariables(unquote(written), known));
    if (value !== undefined) read.set(name, value);
  }
  return read;
}

function unquote(text: string): string {
  return /^(["']).*\1$/u.test(text) ? text.slice(1, -1) : text;
}
