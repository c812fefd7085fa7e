import type { LossQuestion } from "../../data/reset.ts";
import { QclockError } from "../../error.ts";
import type { Session } from "../open/session.ts";
import { openQuestions } from "./questions.ts";

/**
 * Ask on the terminal; true when the expected word was typed. Where there is no terminal nothing is
 * asked and nothing is done: the flag that says yes is named.
 */
export async function askForName(session: Session, question: LossQuestion): Promise<boolean> {
  const { stdin, stderr } = session.host;
  if (!stdin.isTTY || !stderr.isTTY) {
    throw new QclockError(
      "would-lose-data",
      "This removes data, and there is no terminal to ask at.",
      {
        details: question.facts,
        hint: "Add --yes when that is meant.",
      },
    );
  }
  await session.settle();
  for (const fact of question.facts) stderr.write(`${fact}\n`);
  using questions = openQuestions(session);
  return (await questions.line(`${question.prompt} `)) === question.expected;
}
