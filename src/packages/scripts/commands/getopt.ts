import type { Command } from "../command.ts";
import { readOptions } from "./options.ts";
import { complain } from "./report.ts";

/** An option that a script knows, and whether it takes a value. */
interface KnownOption {
  readonly name: string;
  readonly value: "none" | "required" | "optional";
}

/** Of util-linux: a script's own arguments were wrong, or those of getopt. */
const WRONG_ARGUMENTS = 1;
const WRONG_CALL = 2;
/** What `--test` gives: this is the enhanced getopt. */
const ENHANCED = 4;

/** `getopt` of util-linux: the arguments of a script in order, quoted for a shell. */
export const getopt: Command = (call) => {
  const { has, value, values, operands } = readOptions(
    call,
    {
      alternative: "-a --alternative",
      long: "-l= --longoptions= --longopt=",
      name: "-n= --name=",
      short: "-o= --options=",
      quiet: "-q --quiet",
      quietOutput: "-Q --quiet-output",
      shell: "-s= --shell=",
      test: "-T --test",
      unquoted: "-u --unquoted",
    },
    { isPosix: true },
  );
  if (has("test")) return ENHANCED;
  if (has("alternative") || !["sh", "bash"].includes(value("shell") ?? "bash")) {
    return call.unsupported("getopt -a or -s");
  }
  const args = [...operands];
  // Called as the first getopt was, it writes as that one did.
  const isQuoted = value("short") !== undefined && !has("unquoted");
  const letters = value("short") ?? args.shift();
  if (letters === undefined) {
    complain(call, "missing optstring argument");
    return WRONG_CALL;
  }
  const [, mode = "", rest = ""] = /^([-+]?)([^]*)$/.exec(letters) ?? [];
  const short = [...rest.matchAll(/([^:])(:{0,2})/g)].map(([, name = "", colons = ""]) =>
    known(name, colons.length),
  );
  const long = values("long")
    .flatMap((list) => list.split(/[ ,\t\n]+/))
    .filter((name) => name !== "")
    .map((name) => known(name.replace(/:+$/, ""), /:*$/.exec(name)?.[0].length ?? 0));
  const found: string[] = [];
  const others: string[] = [];
  let status = 0;
  const quote = (text: string): string =>
    isQuoted ? `'${text.replaceAll("'", String.raw`'\''`)}'` : text;
  const fail = (text: string): void => {
    if (!has("quiet")) call.stderr.write(`${value("name") ?? "getopt"}: ${text}\n`);
    status = WRONG_ARGUMENTS;
  };
  const take = (
    written: string,
    { value: kind }: KnownOption,
    attached: string | undefined,
  ): void => {
    if (kind === "none") {
      if (attached === undefined) found.push(written);
      else fail(`option '${written}' doesn't allow an argument`);
    } else if (kind === "optional") found.push(written, quote(attached ?? ""));
    else {
      const given = attached ?? args.shift();
      if (given === undefined) fail(`option ${missing(written)}`);
      else found.push(written, quote(given));
    }
  };
  for (let arg = args.shift(); arg !== undefined; arg = args.shift()) {
    call.countSteps();
    if (arg === "--") {
      others.push(...args);
      break;
    }
    if (arg.startsWith("--")) {
      const [, name = "", , attached] = /^--([^=]*)(=([^]*))?$/.exec(arg) ?? [];
      const fitting = long.filter((option) => option.name.startsWith(name));
      const option = long.find((each) => each.name === name) ?? fitting[0];
      if (option === undefined) fail(`unrecognized option '--${name}'`);
      else if (option.name !== name && fitting.length > 1) fail(`option '--${name}' is ambiguous`);
      else take(`--${option.name}`, option, attached);
    } else if (arg.startsWith("-") && arg !== "-") {
      for (let at = 1; at < arg.length; at++) {
        const letter = arg[at] ?? "";
        const option = short.find(({ name }) => name === letter);
        if (option === undefined) {
          fail(`invalid option -- '${letter}'`);
          continue;
        }
        const attached = arg.slice(at + 1);
        take(
          `-${letter}`,
          option,
          attached === "" || option.value === "none" ? undefined : attached,
        );
        if (option.value !== "none") break;
      }
    } else if (mode === "-") found.push(quote(arg));
    else {
      others.push(arg);
      if (mode !== "+") continue;
      others.push(...args);
      break;
    }
  }
  if (!has("quietOutput")) {
    const words = [...found, "--", ...others.map(quote)];
    call.stdout.write(` ${words.join(" ")}\n`);
  }
  return status;
};

function known(name: string, colons: number): KnownOption {
  return { name, value: (["none", "required", "optional"] as const)[colons] ?? "optional" };
}

function missing(written: string): string {
  return written.startsWith("--")
    ? `'${written}' requires an argument`
    : `requires an argument -- '${written.slice(1)}'`;
}
