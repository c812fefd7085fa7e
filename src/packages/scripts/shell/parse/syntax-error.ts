/** What dash says after `Syntax error: `. */
export class ScriptSyntaxError extends Error {
  override readonly name = "ScriptSyntaxError";
  readonly line: number;

  constructor(message: string, line: number) {
    super(message);
    this.line = line;
  }
}
