import { exitCodeOfError } from "../src/cli/process/exit-code.ts";
import { explanations } from "../src/explanations.ts";
import { diagnosticExplanations } from "../src/explanations/diagnostics.ts";
import { errorExplanations } from "../src/explanations/errors.ts";

/** docs/errors.md: a heading for each code. */
export function errorsPage(): string {
  const sections = [...explanations].map(([code, { title, explanation, fix, example }]) => {
    const block = example === undefined ? [] : ["", "```", example, "```"];
    return [
      `## ${code}`,
      "",
      `**${title}.** ${explanation}`,
      ...block,
      "",
      `*What to do:* ${fix}`,
      "",
      `*Exit code:* ${exitCodeOf(code)}`,
      "",
    ].join("\n");
  });
  return [
    "# Errors",
    "",
    "<!-- Made by `npm run docs` from src/explanations. -->",
    "",
    "Each message ends with its code in brackets. `qclock explain CODE` prints the same text. What is wrong",
    "with the manifest is shown all at once, each with its place; then the command ends with 2.",
    "",
    ...sections,
  ].join("\n");
}

function exitCodeOf(code: string): number {
  for (const known of Object.keys(errorExplanations)) {
    if (known === code && isErrorCode(known)) return exitCodeOfError(known);
  }
  // A diagnostic ends the command as an invalid manifest does.
  if (Object.hasOwn(diagnosticExplanations, code)) return exitCodeOfError("manifest-invalid");
  throw new Error(`no exit code for ${code}`);
}

function isErrorCode(code: string): code is keyof typeof errorExplanations {
  return Object.hasOwn(errorExplanations, code);
}
