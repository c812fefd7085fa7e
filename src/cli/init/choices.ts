import { QclockError } from "../../error.ts";
import { problemOfStackName, toStackName } from "../../manifest/edit/stack-name.ts";
import { nearest } from "../../nearest.ts";
import { type Database, databases, type Template } from "../../templates/template.ts";

/** An answer as it was given, by an option or at the terminal: its value, or why it is none. */
export type Answer<Value> =
  | { readonly value: Value }
  | { readonly problem: string; readonly hint?: string };

/** A template by its name, or by its number in the list. */
export function readTemplate(text: string, templates: readonly Template[]): Answer<Template> {
  const found =
    templates.find(({ name }) => name === text) ??
    (/^\d+$/.test(text) ? templates[Number(text) - 1] : undefined);
  if (found !== undefined) return { value: found };
  return unknown(
    "template",
    text,
    templates.map(({ name }) => name),
  );
}

/** A database by its name, or by its number in the list. */
export function readDatabase(text: string): Answer<Database> {
  const found =
    databases.find((name) => name === text) ??
    (/^\d+$/.test(text) ? databases[Number(text) - 1] : undefined);
  return found === undefined ? unknown("database", text, databases) : { value: found };
}

/** The system that a project's images are made of, where one is asked for. */
export function readSystem(
  os: string | undefined,
  template: Template,
  templates: readonly Template[],
): Answer<string | undefined> {
  if (os === undefined || template.systems.includes(os)) return { value: os };
  const others = templates.filter(({ systems }) => systems.includes(os));
  return {
    problem: `The template "${template.name}" is made for ${template.systems.join(", ")}, not for ${os}.`,
    hint:
      others.length === 0
        ? "Leave --os and QCLOCK_OS out."
        : `For ${os} there is ${others.map(({ name }) => name).join(", ")}; without --os and QCLOCK_OS this one is taken as it is.`,
  };
}

/** The name of a stack. */
export function readName(text: string): Answer<string> {
  const problem = problemOfStackName(text);
  if (problem === undefined) return { value: text };
  const near = toStackName(text);
  return {
    problem: `"${text}" cannot be the name of a stack: that is ${problem}.`,
    ...(near === undefined ? {} : { hint: `Did you mean "${near}"?` }),
  };
}

/** A port of the host that the template can publish on. */
export function readPort(text: string, { ports }: Template): Answer<number> {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535)
    return { problem: `A port is a number from 1 to 65535, not "${text}".` };
  const other = ports.slice(1).find((each) => each.port === port);
  if (other === undefined) return { value: port };
  return {
    problem: `Port ${port} is that of ${other.service} already.`,
    hint: `Choose another; ${other.variable} moves that one.`,
  };
}

/** The value of an answer that an option gave. Throws `usage`. */
export function demand<Value>(answer: Answer<Value>): Value {
  if ("value" in answer) return answer.value;
  throw new QclockError("usage", answer.problem, { hint: answer.hint });
}

function unknown(kind: string, text: string, names: readonly string[]): Answer<never> {
  const near = nearest(text, names);
  const list = `There are ${names.join(", ")}.`;
  return {
    problem: `There is no ${kind} "${text}".`,
    hint: near === undefined ? list : `Did you mean "${near}"? ${list}`,
  };
}
