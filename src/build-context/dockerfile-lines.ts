import { offsetIn, type TextPiece } from "../text-pieces.ts";

/**
 * One instruction of a Dockerfile with its continuation lines joined, and the way back from each
 * character to the text.
 */
export interface Instruction {
  /** In capitals: `FROM`. */
  readonly keyword: string;
  /** Everything after the keyword, without comments and line ends. */
  readonly rest: string;
  /** Where the instruction begins in the text. */
  readonly offset: number;
  /** Where a character of `rest` stands in the text. */
  readonly offsetOf: (index: number) => number;
}

/** The parser directives at a Dockerfile's top: `# syntax=…`, `# escape=…`. */
export interface Directive {
  readonly name: string;
  readonly value: string;
  readonly offset: number;
  readonly length: number;
}

export interface DockerfileLines {
  readonly directives: readonly Directive[];
  readonly instructions: readonly Instruction[];
}

/**
 * Split a Dockerfile into instructions: directives, comments, continuations (also across comments)
 * and here-documents.
 */
export function readInstructions(text: string): DockerfileLines {
  const lines = splitLines(text);
  const directives = readDirectives(lines);
  const escape = directives.find(({ name }) => name === "escape")?.value === "`" ? "`" : "\\";
  const instructions: Instruction[] = [];
  for (let index = 0; index < lines.length;) {
    const { pieces, next } = joinContinued(lines, index, escape);
    const instruction = toInstruction(pieces);
    index = next;
    if (instruction === undefined) continue;
    instructions.push(instruction);
    if (heredocKeywords.has(instruction.keyword))
      index = skipHeredocs(lines, index, instruction.rest);
  }
  return { directives, instructions };
}

const heredocKeywords = new Set(["RUN", "COPY", "ADD"]);

function splitLines(text: string): readonly TextPiece[] {
  let offset = 0;
  return text.split("\n").map((line) => {
    const start = offset;
    offset += line.length + 1;
    return { text: line.endsWith("\r") ? line.slice(0, -1) : line, offset: start };
  });
}

/**
 * Directives stand before anything else; the first line that is none ends them, and a comment later
 * on is a comment.
 */
function readDirectives(lines: readonly TextPiece[]): readonly Directive[] {
  const directives: Directive[] = [];
  for (const { text, offset } of lines) {
    const match = /^\uFEFF?#\s*([A-Za-z][\w.-]*)\s*=\s*(.+?)\s*$/u.exec(text);
    const [, name, value] = match ?? [];
    if (name === undefined || value === undefined) break;
    directives.push({
      name: name.toLowerCase(),
      value,
      offset: offset + text.indexOf(value, name.length),
      length: value.length,
    });
  }
  return directives;
}

/**
 * Lines that belong together. Comments and empty lines between them are dropped, as the builders
 * do.
 */
function joinContinued(
  lines: readonly TextPiece[],
  start: number,
  escape: string,
): { readonly pieces: readonly TextPiece[]; readonly next: number } {
  const pieces: TextPiece[] = [];
  let index = start;
  for (; index < lines.length; index += 1) {
    const line = lines[index];
    if (line === undefined) break;
    const trimmed = line.text.trim();
    if (trimmed.startsWith("#") || trimmed === "") {
      if (pieces.length === 0) return { pieces, next: index + 1 };
      continue;
    }
    const body = line.text.trimEnd();
    if (!body.endsWith(escape)) {
      pieces.push(line);
      return { pieces, next: index + 1 };
    }
    pieces.push({ text: body.slice(0, -1), offset: line.offset });
  }
  return { pieces, next: index };
}

function toInstruction(pieces: readonly TextPiece[]): Instruction | undefined {
  const text = pieces.map((piece) => piece.text).join("");
  const match = /^\uFEFF?\s*([A-Za-z]+)\s*/u.exec(text);
  const [lead, keyword] = match ?? [];
  if (lead === undefined || keyword === undefined) return undefined;
  const offsetOf = (index: number): number => offsetIn(pieces, lead.length + index);
  const offset = (pieces[0]?.offset ?? 0) + lead.search(/[A-Za-z]/u);
  return { keyword: keyword.toUpperCase(), rest: text.slice(lead.length), offset, offsetOf };
}

function skipHeredocs(lines: readonly TextPiece[], start: number, rest: string): number {
  let index = start;
  for (const [, dash, quotedWord, word = quotedWord] of rest.matchAll(
    /<<(-?)(?:["']([^"'\s]+)["']|([A-Za-z_]\w*))/gu,
  )) {
    while (index < lines.length) {
      const line = lines[index]?.text ?? "";
      index += 1;
      if ((dash === "-" ? line.replace(/^\t+/u, "") : line) === word) break;
    }
  }
  return index;
}
