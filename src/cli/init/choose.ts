import path from "node:path";
import { QclockError } from "../../error.ts";
import { toStackName } from "../../manifest/edit/stack-name.ts";
import { type Database, databases, type Template } from "../../templates/template.ts";
import { wrap } from "../../reporters/format/width.ts";
import type { Session } from "../open/session.ts";
import { canAsk, openQuestions, type Questions } from "../questions/questions.ts";
import { wantedOs } from "../settings/os-choice.ts";
import {
  type Answer,
  demand,
  readDatabase,
  readName,
  readPort,
  readSystem,
  readTemplate,
} from "./choices.ts";

/** What the options say, as they were written. */
export interface InitOptions {
  readonly template?: string;
  readonly name?: string;
  readonly port?: string;
  readonly database?: string;
  readonly yes?: boolean;
}

/** What is to be made. */
export interface Chosen {
  readonly template: Template;
  readonly name: string;
  /** Absent for a template that publishes nothing by a variable. */
  readonly port?: number;
  readonly database: Database;
  /** The system that `--os` names; absent: none. */
  readonly os?: string;
  /** What was neither given nor asked, such as `--port 8080`. */
  readonly assumed: readonly string[];
}

interface Wish<Value> {
  readonly flag: string;
  readonly given: string | undefined;
  readonly fallback: string;
  readonly read: (text: string) => Answer<Value>;
  /** The question, where somebody can be asked. */
  readonly prompt: string;
}

/**
 * Take what the options say, ask for the rest where somebody sits at a terminal, and take what is
 * usual where nobody does. What an option says is checked before the first question. Throws
 * `usage`.
 */
export async function choose(
  session: Session,
  request: {
    readonly options: InitOptions;
    readonly templates: readonly Template[];
    /** Absolute path of the project's folder, which the stack is named for. */
    readonly folder: string;
  },
): Promise<Chosen> {
  const { options, templates, folder } = request;
  const usual = templates[0]?.name ?? "";
  const given = templates.find(({ name }) => name === options.template);
  const wanted = wantedOs(session.settings.os, new Map());
  const os = wanted === "auto" ? undefined : wanted;
  refuseMistakes(options, templates, given);
  if (given !== undefined) demand(readSystem(os, given, templates));
  const isAsked = options.yes !== true && canAsk(session);
  using questions = isAsked ? openQuestions(session) : undefined;
  const assumed: string[] = [];
  const take = <Value>(wish: Wish<Value>): Promise<Value> =>
    answer(wish, { questions, assumed, stderr: session.host.stderr });

  const template = await take({
    flag: "--template",
    given: options.template,
    fallback: usual,
    read: (text) => readTemplate(text, templates),
    prompt: `${listOf(templates, session.host.stderr.columns)}\nTemplate, by number or name`,
  });
  refuseDatabase(options, template);
  demand(readSystem(os, template, templates));
  const name = await take({
    flag: "--name",
    given: options.name,
    fallback: toStackName(path.basename(folder)) ?? template.name,
    read: readName,
    prompt: "Name of the stack",
  });
  const [first] = template.ports;
  const port =
    first === undefined
      ? undefined
      : await take({
          flag: "--port",
          given: options.port,
          fallback: String(first.port),
          read: (text) => readPort(text, template),
          prompt: `Port of this machine for ${first.service}`,
        });
  const database = template.offersDatabase
    ? await take({
        flag: "--database",
        given: options.database,
        fallback: "none",
        read: readDatabase,
        prompt: `Database, one of ${databases.join(", ")}`,
      })
    : "none";
  return {
    template,
    name,
    ...(port === undefined ? {} : { port }),
    database,
    ...(os === undefined ? {} : { os }),
    assumed,
  };
}

/** Say what is wrong with an option before asking about others. */
function refuseMistakes(
  options: InitOptions,
  templates: readonly Template[],
  template: Template | undefined,
): void {
  if (options.template !== undefined) demand(readTemplate(options.template, templates));
  if (options.name !== undefined) demand(readName(options.name));
  if (options.database !== undefined) demand(readDatabase(options.database));
  if (template !== undefined) refuseDatabase(options, template);
  if (options.port !== undefined) demand(readPort(options.port, template ?? noTemplate));
}

const noTemplate: Template = {
  name: "",
  summary: "",
  offersDatabase: true,
  systems: [],
  ports: [],
  files: async () => [],
};

function refuseDatabase({ database }: InitOptions, template: Template): void {
  if (database === undefined || template.offersDatabase) return;
  throw new QclockError("usage", `The template "${template.name}" has its own services.`, {
    hint: "--database goes with --template empty.",
  });
}

async function answer<Value>(
  { flag, given, fallback, read, prompt }: Wish<Value>,
  context: {
    readonly questions: Questions | undefined;
    readonly assumed: string[];
    readonly stderr: NodeJS.WritableStream;
  },
): Promise<Value> {
  if (given !== undefined) return demand(read(given));
  if (context.questions === undefined) {
    context.assumed.push(`${flag} ${fallback}`);
    return demand(read(fallback));
  }
  return context.questions.ask({
    prompt,
    fallback,
    read: (text) => {
      const found = read(text);
      if ("value" in found) return found;
      return { problem: [found.problem, found.hint ?? ""].join(" ").trim() };
    },
  });
}

/** The templates with their numbers, each in as many lines as the terminal needs for it. */
function listOf(templates: readonly Template[], columns = 80): string {
  const width = Math.max(...templates.map(({ name }) => name.length));
  const indent = 5 + width + 2;
  return templates
    .map(({ name, summary }, index) => {
      const number = String(index + 1).padStart(3);
      const lines = wrap(summary, Math.max(20, columns - indent));
      return `${number}  ${name.padEnd(width)}  ${lines.join(`\n${" ".repeat(indent)}`)}`;
    })
    .join("\n");
}
