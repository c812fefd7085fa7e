import { byKey } from "../../../../order.ts";
import type { CommandCall } from "../../../scripts/command.ts";
import { readLines, writeLines } from "../../../commands/lines-file.ts";

export interface Question {
  readonly template: string;
  readonly value: string | undefined;
  readonly owners: readonly string[];
  readonly flags: ReadonlySet<string>;
  readonly variables: ReadonlyMap<string, string>;
}

const DATABASE = "/var/cache/debconf/config.dat";

/** The questions that were asked, by their names. */
export function loadQuestions(call: CommandCall): Map<string, Question> {
  const questions = new Map<string, Question>();
  let name: string | undefined;
  let draft = new Map<string, string>();
  let variables = new Map<string, string>();
  const close = (): void => {
    if (name !== undefined) questions.set(name, questionOf(name, draft, variables));
    name = undefined;
    draft = new Map();
    variables = new Map();
  };
  for (const line of readLines(call, DATABASE)) {
    const variable = /^ (\S+) = (.*)$/s.exec(line);
    const field = /^([A-Za-z]+):[ ]?(.*)$/.exec(line);
    if (line === "") close();
    else if (variable !== null) variables.set(variable[1] ?? "", unescaped(variable[2] ?? ""));
    else if (field?.[1] === "Name") name = field[2];
    else if (field !== null) draft.set(field[1] ?? "", field[2] ?? "");
  }
  close();
  return questions;
}

/** As debconf writes it, sorted by names. */
export function saveQuestions(call: CommandCall, questions: ReadonlyMap<string, Question>): void {
  const sorted = [...questions].toSorted(byKey);
  const lines = sorted.flatMap(([name, { template, value, owners, flags, variables }]) => [
    `Name: ${name}`,
    `Template: ${template}`,
    ...(value === undefined ? [] : [`Value: ${escaped(value)}`]),
    `Owners: ${owners.join(", ")}`,
    ...(flags.size === 0 ? [] : [`Flags: ${[...flags].join(", ")}`]),
    ...(variables.size === 0 ? [] : ["Variables:"]),
    ...[...variables].map(([variable, text]) => ` ${variable} = ${escaped(text)}`),
    "",
  ]);
  writeLines(call, DATABASE, lines);
}

function questionOf(
  name: string,
  draft: ReadonlyMap<string, string>,
  variables: ReadonlyMap<string, string>,
): Question {
  const value = draft.get("Value");
  return {
    template: draft.get("Template") ?? name,
    value: value === undefined ? undefined : unescaped(value),
    owners: listOf(draft.get("Owners")),
    flags: new Set(listOf(draft.get("Flags"))),
    variables,
  };
}

function listOf(text: string | undefined): readonly string[] {
  return (text ?? "").split(", ").filter((each) => each !== "");
}

function escaped(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}

function unescaped(text: string): string {
  return text.replaceAll(/\\(.)/g, (_, character: string) =>
    character === "n" ? "\n" : character,
  );
}
