import { createInterface } from "node:readline/promises";
import type { LossQuestion } from "../../data/reset.ts";
import { QclockError } from "../../error.ts";
import type { Session } from "../open/session.ts";

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
  const readline = createInterface({ input: stdin, output: stderr });
  try {
    const answer = await readline.question(`${question.prompt} `, { signal: session.signal });
    return answer.trim() === question.expected;
  } finally {
    readline.close();
  }
}
