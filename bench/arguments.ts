import { parseArgs } from "node:util";

/** What the command line of the bench asks for. */
export interface BenchArguments {
  /** Names of cases to run; all when empty. */
  readonly only: readonly string[];
  /** Rounds of every case, instead of each case's own number. */
  readonly rounds: number | undefined;
  readonly list: boolean;
}

/** Read the arguments. Throws an `Error` that says what is wrong with them. */
export function parseArguments(
  words: readonly string[],
  caseNames: readonly string[],
): BenchArguments {
  const { values, positionals } = parseArgs({
    args: [...words],
    // `--only up down`: the names after the first are positionals.
    allowPositionals: true,
    options: {
      only: { type: "string", multiple: true, default: [] },
      rounds: { type: "string" },
      list: { type: "boolean", default: false },
    },
  });
  const only = [...values.only, ...positionals].flatMap((word) => word.split(","));
  if (positionals.length > 0 && values.only.length === 0) {
    throw new Error(`To run some cases only, write: npm run bench -- --only ${only.join(" ")}`);
  }
  const unknown = only.find((name) => !caseNames.includes(name));
  if (unknown !== undefined) {
    throw new Error(`There is no case "${unknown}". There are: ${caseNames.join(", ")}.`);
  }
  const rounds = values.rounds === undefined ? undefined : Number(values.rounds);
  if (rounds !== undefined && !(Number.isInteger(rounds) && rounds > 0)) {
    throw new Error(`--rounds ${values.rounds}: it must be a whole number of at least 1.`);
  }
  return { only, rounds, list: values.list };
}
