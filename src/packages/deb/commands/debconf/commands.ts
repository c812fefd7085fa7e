import { fromText } from "../../../scripts/bytes.ts";
import type { Command, CommandCall, CommandTable } from "../../../scripts/command.ts";
import { linesOf, readTexts } from "../../../scripts/commands/lines.ts";
import { loadQuestions, type Question, saveQuestions } from "./database.ts";
import { findTemplate, type Template } from "./templates.ts";

/** Answers of the manifest, by the names of questions. */
export type DebconfAnswers = ReadonlyMap<string, string>;

/** Statuses of the protocol. */
const BAD_NAME = 10;
const SKIPPED = 30;

/** What a command of the protocol gives: a status, and a text for `RET`. */
interface Reply {
  readonly status?: number;
  readonly text?: string;
}

type Handler = (session: Session, args: readonly string[]) => Reply;

/** One call: questions are read when it begins, and written when they changed. */
interface Session {
  readonly call: CommandCall;
  readonly find: (name: string) => Question | undefined;
  readonly template: (question: Question) => Template | undefined;
  readonly set: (name: string, question: Question) => void;
  readonly remove: (name: string) => void;
}

const HANDLERS: Readonly<Record<string, Handler>> = {
  version: () => ({ text: "2.0" }),
  capb: () => ({ text: "multiselect escape" }),
  title: () => ({}),
  settitle: () => ({}),
  info: () => ({}),
  beginblock: () => ({}),
  endblock: () => ({}),
  progress: () => ({}),
  stop: () => ({}),
  clear: () => ({}),
  // Nobody is asked: a question is skipped, and keeps its default. One that has to be one of a list
  // becomes the first of it where it is none; debconf does that at the next `go`.
  input: ({ find, template, set }, [, name = ""]) => {
    const question = find(name);
    if (question === undefined) return missing(`"${name}"`);
    const from = template(question);
    if (from?.get("type") === "select") {
      const choices = choicesOf(from.get("choices-c") ?? from.get("choices") ?? "", question);
      const [first] = choices;
      const isOne = choices.includes(question.value ?? from.get("default") ?? "");
      if (!isOne && first !== undefined) set(name, { ...question, value: first });
    }
    return { status: SKIPPED, text: "question skipped" };
  },
  go: () => ({ text: "ok" }),
  visible: ({ find }, [, name = ""]) =>
    find(name) === undefined ? missing(name) : { text: "true" },
  exist: ({ find }, [name = ""]) => ({ text: String(find(name) !== undefined) }),
  get: ({ find, template }, [name = ""]) => {
    const question = find(name);
    if (question === undefined) return missing(name);
    return { text: question.value ?? template(question)?.get("default") ?? "" };
  },
  set: ({ find, set }, [name = "", ...value]) => {
    const question = find(name);
    if (question === undefined) return missing(name);
    set(name, { ...question, value: value.join(" ") });
    return { text: "value set" };
  },
  reset: ({ find, set }, [name = ""]) => {
    const question = find(name);
    if (question === undefined) return missing(name);
    const flags = new Set(question.flags);
    flags.delete("seen");
    set(name, { ...question, value: undefined, flags });
    return {};
  },
  subst: ({ find, set }, [name = "", variable = "", ...value]) => {
    const question = find(name);
    if (question === undefined) return missing(name);
    const variables = new Map(question.variables).set(variable, value.join(" "));
    set(name, { ...question, variables });
    return {};
  },
  fget: ({ find }, [name = "", flag = ""]) => {
    const question = find(name);
    return question === undefined ? missing(name) : { text: String(question.flags.has(flag)) };
  },
  fset: ({ find, set }, [name = "", flag = "", value = ""]) => {
    const question = find(name);
    if (question === undefined) return missing(name);
    const flags = new Set(question.flags);
    if (value === "true") flags.add(flag);
    else flags.delete(flag);
    set(name, { ...question, flags });
    return { text: value };
  },
  metaget: ({ find, template }, [name = "", field = ""]) => {
    const question = find(name);
    if (question === undefined) return missing(name);
    // Packages that share a question, such as display managers, ask who owns it.
    const text =
      field === "owners"
        ? question.owners.join(", ")
        : (template(question)?.get(field.toLowerCase()) ??
          template(question)?.get(field.toLowerCase().replace(/-c$/, "")));
    return { text: filledIn(text ?? "", question) };
  },
  register: ({ call, set }, [template = "", name = ""]) => {
    if (findTemplate(call, template) === undefined)
      return { status: BAD_NAME, text: `No such template, "${template}"` };
    set(name, {
      template,
      value: undefined,
      owners: [owner(call)],
      flags: new Set(),
      variables: new Map(),
    });
    return {};
  },
  unregister: ({ find, remove }, [name = ""]) => {
    if (find(name) === undefined) return missing(name);
    remove(name);
    return {};
  },
  purge: () => ({}),
};

/**
 * The functions of debconf's confmodule as the front end "noninteractive" answers them: by the
 * templates of the packages, and the answers of the manifest.
 */
export function debconfCommands(answers: DebconfAnswers): CommandTable {
  const commands = new Map<string, Command>();
  for (const [name, handle] of Object.entries(HANDLERS)) {
    commands.set(`db_${name}`, (call) => perform(call, answers, handle));
  }
  commands.set("debconf-set-selections", setSelections);
  return commands;
}

/** `. /usr/share/debconf/confmodule` itself: its functions are commands here. */
export const debconfSources: CommandTable = new Map<string, Command>([
  ["/usr/share/debconf/confmodule", () => 0],
  ["/usr/share/debconf/confmodule.sh", () => 0],
]);

function perform(call: CommandCall, answers: DebconfAnswers, handle: Handler): number {
  const questions = loadQuestions(call);
  let isChanged = false;
  const set = (name: string, question: Question): void => {
    questions.set(name, question);
    isChanged = true;
  };
  const session: Session = {
    call,
    set,
    template: ({ template }) => findTemplate(call, template),
    remove: (name) => {
      isChanged = questions.delete(name) || isChanged;
    },
    // A question is made from its template when it is first spoken of.
    find: (name) => {
      const known = questions.get(name);
      const isFromTemplate = known !== undefined || findTemplate(call, name) !== undefined;
      if (!isFromTemplate) return undefined;
      const question = known ?? newQuestion(call, name);
      const answer = answers.get(name);
      const isAnswered = answer !== undefined && !question.flags.has("seen");
      const filled = isAnswered
        ? { ...question, value: fromText(answer), flags: new Set([...question.flags, "seen"]) }
        : question;
      if (filled !== known) set(name, filled);
      return filled;
    },
  };
  const args = call.args[0] === "--" ? call.args.slice(1) : call.args;
  const { status = 0, text = "" } = handle(session, args);
  if (isChanged) saveQuestions(call, questions);
  call.setVariable("RET", text);
  return status;
}

function filledIn(text: string, { variables }: Question): string {
  return text.replaceAll(/\$\{([^}]*)\}/g, (_, name: string) => variables.get(name) ?? "");
}

/** A list with commas; one that belongs to a choice has a backslash before it. */
function choicesOf(text: string, question: Question): readonly string[] {
  return (filledIn(text, question).match(/(?:\\.|[^,\\])+/g) ?? [])
    .map((choice) => choice.trim().replaceAll(/\\([, ])/g, "$1"))
    .filter((choice) => choice !== "");
}

function newQuestion(call: CommandCall, name: string): Question {
  return {
    template: name,
    value: undefined,
    owners: [owner(call)],
    flags: new Set(),
    variables: new Map(),
  };
}

function owner(call: CommandCall): string {
  return call.env.get("DPKG_MAINTSCRIPT_PACKAGE") ?? "unknown";
}

function missing(name: string): Reply {
  return { status: BAD_NAME, text: `${name} doesn't exist` };
}

/** Lines of owner, question, type and value. */
const setSelections: Command = (call) => {
  const files = call.args.filter((arg) => !arg.startsWith("-"));
  if (files.length < call.args.length) return call.unsupported("options of debconf-set-selections");
  const questions = loadQuestions(call);
  const { texts, isWhole } = readTexts(call, files);
  for (const line of texts.flatMap(({ text }) => linesOf(text))) {
    const match = /^\s*([^\s#]\S*)\s+(\S+)\s+(\S+)(?:\s(.*))?$/.exec(line);
    if (match === null) continue;
    const [, from = "", name = "", type = "", value = ""] = match;
    const known = questions.get(name) ?? newQuestion(call, name);
    const owners = [...new Set([...known.owners.filter((each) => each !== "unknown"), from])];
    const flags = new Set(known.flags);
    if (type === "seen") {
      if (value === "true") flags.add("seen");
      else flags.delete("seen");
      questions.set(name, { ...known, owners, flags });
    } else questions.set(name, { ...known, owners, value, flags: flags.add("seen") });
  }
  saveQuestions(call, questions);
  return isWhole ? 0 : 1;
};
