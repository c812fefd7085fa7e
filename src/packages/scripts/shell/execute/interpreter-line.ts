/** What the first line of a script names: the program that reads it, and the rest of the line. */
export interface InterpreterLine {
  readonly program: string;
  readonly argument: string;
}

/** As much of a script as the kernel looks at. Source: Linux, BINPRM_BUF_SIZE. */
export const HEAD_BYTES = 256;

/** Undefined for a script whose first line does not name any. */
export function readInterpreterLine(script: string): InterpreterLine | undefined {
  const [, program, argument = ""] =
    /^#![ \t]*([^ \t\n]+)[ \t]*([^\n]*?)[ \t]*(?:\n|$)/.exec(script.slice(0, HEAD_BYTES)) ?? [];
  return program === undefined ? undefined : { program, argument };
}
