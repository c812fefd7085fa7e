import type { Command } from "../../scripts/command.ts";

/** What the C library says of its own language, in which scripts run. */
const KEYWORDS: ReadonlyMap<string, string> = new Map([
  ["charmap", "UTF-8"],
  ["height", "297"],
  ["width", "210"],
]);

/** `locale` with keywords: the size of paper and the set of characters of C.UTF-8. */
export const locale: Command = (call) => {
  const { args, env } = call;
  const answers = args.map((name) => KEYWORDS.get(name));
  const isBuiltIn = env.get("LC_ALL") === "C.UTF-8";
  if (answers.length === 0 || answers.includes(undefined) || !isBuiltIn) {
    return call.unsupported("languages of the C library");
  }
  for (const answer of answers) call.stdout.write(`${answer}\n`);
  return 0;
};
