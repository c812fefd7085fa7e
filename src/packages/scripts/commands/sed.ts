import { fromBytes, toBytes } from "../bytes.ts";
import type { Command, CommandCall, Output } from "../command.ts";
import { linesOf, type NamedText, readTexts } from "./lines.ts";
import { readOptions } from "./options.ts";
import { complain } from "./report.ts";
import { parseSed } from "./sed/parse.ts";
import type { SedInput } from "./sed/reader.ts";
import { SedRun } from "./sed/run.ts";
import { SedError } from "./sed/script.ts";

export const sed: Command = (call) => {
  const { has, value, given, operands } = readOptions(call, {
    quiet: "-n --quiet --silent",
    expression: "-e= --expression=",
    file: "-f= --file=",
    extended: "-E -r --regexp-extended",
    inPlace: "-i[=] --in-place[=]",
    separate: "-s --separate",
    zero: "-z --null-data",
    unbuffered: "-u --unbuffered",
    followLinks: "--follow-symlinks",
    posix: "--posix",
    sandbox: "--sandbox",
  });
  const files = [...operands];
  const parts = given.flatMap(({ name, value: text }) => {
    if (name === "expression") return [text];
    return name === "file" ? [scriptOf(call, text)] : [];
  });
  if (parts.length === 0) {
    const script = files.shift();
    if (script === undefined) return complain(call, "no script specified");
    parts.push(script);
  }
  const source = parts.join("\n");
  // A script may begin with `#n`.
  const isQuiet = has("quiet") || source.startsWith("#n");
  const separator = has("zero") ? "\0" : "\n";
  try {
    const commands = parseSed(source, {
      isExtended: has("extended"),
      countSteps: (steps) => call.countSteps(steps),
      unsupported: (wanted) => call.unsupported(wanted),
    });
    const run = new SedRun(call, commands, { isQuiet, separator });
    const suffix = value("inPlace");
    if (suffix !== undefined) {
      return editInPlace(call, run, { files, separator, suffix, followsLinks: has("followLinks") });
    }
    const { texts, isWhole } = readTexts(call, files, (name, reason) => {
      complain(call, `can't read ${name}: ${reason}`);
    });
    const inputs = texts.map((text) => inputOf(text, separator));
    const batches = has("separate") ? inputs.map((input) => [input]) : [inputs];
    for (const batch of batches) {
      if (has("separate")) run.restart();
      const status = run.edit(batch, call.stdout);
      if (status !== undefined) return status;
    }
    return isWhole ? 0 : 2;
  } catch (error) {
    if (!(error instanceof SedError)) throw error;
    return complain(call, `-e expression #1: ${error.message}`);
  }
};

/** As `-i` does it: a new file of the old one's mode and owner takes its name. */
function editInPlace(
  call: CommandCall,
  run: SedRun,
  options: {
    readonly files: readonly string[];
    readonly separator: string;
    readonly suffix: string;
    readonly followsLinks: boolean;
  },
): number {
  const { root } = call;
  const { files, separator, suffix, followsLinks } = options;
  let status = 0;
  for (const name of files) {
    const given = call.path(name);
    const node = root.stat(given);
    if (node === undefined) {
      complain(call, `can't read ${name}: No such file or directory`);
      status = 2;
      continue;
    }
    if (node.kind !== "file") {
      complain(call, `couldn't edit ${name}: not a regular file`);
      status = 4;
      continue;
    }
    const path = followsLinks ? root.realpath(given) : given;
    const pieces: string[] = [];
    const output: Output = {
      write: (content) => pieces.push(typeof content === "string" ? content : fromBytes(content)),
    };
    run.restart();
    const text = { name, text: fromBytes(root.read(path)) };
    const quit = run.edit([inputOf(text, separator)], output);
    if (suffix === "") root.remove(path);
    else root.rename(path, backupName(path, suffix));
    root.write(path, toBytes(pieces.join("")), 0o600);
    root.chown(path, { uid: node.uid, gid: node.gid });
    root.chmod(path, node.mode);
    if (quit !== undefined) return quit;
  }
  return status;
}

/** A suffix with a star is a pattern for the name. */
function backupName(path: string, suffix: string): string {
  if (!suffix.includes("*")) return path + suffix;
  const slash = path.lastIndexOf("/") + 1;
  const name = suffix.replaceAll("*", path.slice(slash));
  return name.includes("/") ? name : path.slice(0, slash) + name;
}

function scriptOf(call: CommandCall, file: string): string {
  const bytes = file === "-" ? call.stdin.readAll() : call.readFile(file);
  return fromBytes(bytes).replace(/\n$/, "");
}

function inputOf({ name, text }: NamedText, separator: string): SedInput {
  return { name, lines: linesOf(text, separator), endsWithNewline: text.endsWith(separator) };
}
