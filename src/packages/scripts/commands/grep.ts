import type { Command, CommandCall } from "../command.ts";
import { Regex } from "../regex/regex.ts";
import { RegexError } from "../regex/tree.ts";
import { linesOf, type NamedText, readTexts } from "./lines.ts";
import { baseName, readOptions } from "./options.ts";
import { below, tree } from "./paths.ts";
import { complain } from "./report.ts";

/** A part of a line that matches. */
interface Part {
  readonly start: number;
  readonly end: number;
}

/** The options that say what a pattern is; of two, one has to go. */
const MATCHERS: readonly string[] = ["extended", "fixed", "basic", "perl"];

/** `grep`, `egrep` and `fgrep`. */
export const grep: Command = (call) => {
  // `-2` is `-C 2`, also behind other letters.
  const args = call.args.flatMap((arg) => {
    const lines = /^-([a-zA-Z]*?)(\d+)$/.exec(arg);
    if (lines === null || /[ABCmef]/.test(lines[1] ?? "")) return [arg];
    return [...(lines[1] === "" ? [] : [`-${lines[1]}`]), "-C", lines[2] ?? ""];
  });
  const { has, value, given, operands } = readOptions(
    { ...call, args },
    {
      extended: "-E --extended-regexp",
      fixed: "-F --fixed-strings",
      basic: "-G --basic-regexp",
      pattern: "-e= --regexp=",
      patternFile: "-f= --file=",
      ignoreCase: "-i -y --ignore-case",
      withCase: "--no-ignore-case",
      invert: "-v --invert-match",
      word: "-w --word-regexp",
      line: "-x --line-regexp",
      count: "-c --count",
      names: "-l --files-with-matches",
      namesWithout: "-L --files-without-match",
      most: "-m= --max-count=",
      only: "-o --only-matching",
      quiet: "-q --quiet --silent",
      noMessages: "-s --no-messages",
      numbers: "-n --line-number",
      withName: "-H --with-filename",
      withoutName: "-h --no-filename",
      recursive: "-r -R --recursive --dereference-recursive",
      text: "-a --text",
      binary: "-I",
      color: "--color[=] --colour[=]",
      lineBuffered: "--line-buffered",
      after: "-A= --after-context=",
      before: "-B= --before-context=",
      around: "-C= --context=",
      zero: "-z --null-data",
      zeroNames: "-Z --null",
      include: "--include=",
      perl: "-P --perl-regexp",
    },
  );
  const quiet = has("noMessages") ? { ...call, stderr: { write: () => {} } } : call;
  const sources: string[] = [];
  for (const option of given) {
    if (option.name === "pattern") sources.push(...option.value.split("\n"));
    if (option.name === "patternFile") {
      const { texts, isWhole } = readTexts(call, [option.value]);
      if (!isWhole) return 2;
      sources.push(...linesOf(texts[0]?.text ?? ""));
    }
  }
  const rest = [...operands];
  if (!has("pattern") && !has("patternFile")) {
    const first = rest.shift();
    if (first === undefined) {
      complain(call, "no pattern");
      return 2;
    }
    sources.push(...first.split("\n"));
  }
  // An empty pattern leaves no line over; grep does not even look.
  if (has("invert") && sources.length === 1 && sources[0] === "" && !has("namesWithout")) return 1;
  if (has("perl") && !sources.every(isPlainForPerl)) return call.unsupported("grep -P");
  const alias = { egrep: "extended", fgrep: "fixed" }[baseName(call.name)];
  const matchers = new Set([
    ...(alias === undefined ? [] : [alias]),
    ...given.map(({ name }) => name).filter((name) => MATCHERS.includes(name)),
  ]);
  const [matcher = "basic", other] = matchers;
  if (other !== undefined) {
    complain(call, "conflicting matchers specified");
    return 2;
  }
  const isFixed = matcher === "fixed";
  const dialect = isFixed || matcher === "basic" ? matcher : "extended";

  let find: (line: string, from: number) => Part | undefined;
  try {
    find = finderOf(call, sources, {
      dialect,
      ignoreCase: has("ignoreCase") && !has("withCase"),
      isWord: has("word"),
      isLine: has("line"),
    });
  } catch (error) {
    if (!(error instanceof RegexError)) throw error;
    complain(call, error.message);
    return 2;
  }

  const names = has("recursive") ? filesBelow(rest.length === 0 ? ["."] : rest) : rest;
  const folders = has("recursive") ? [] : names.filter((name) => isFolder(name));
  for (const name of folders) complain(quiet, `${name}: Is a directory`);
  const files = names.filter((name) => !folders.includes(name));
  const { texts, isWhole } =
    files.length === 0 && (names.length > 0 || has("recursive"))
      ? { texts: [], isWhole: true }
      : readTexts(quiet, files);
  const showsName =
    has("withName") || (!has("withoutName") && (names.length > 1 || has("recursive")));
  const most = value("most") === undefined ? Infinity : Number(value("most"));
  const after = Number(value("after") ?? value("around") ?? 0);
  const before = Number(value("before") ?? value("around") ?? 0);

  let isSelected = false;
  for (const text of texts) {
    const selected = search(text);
    isSelected ||= selected > 0;
    if (isSelected && has("quiet")) return 0;
  }
  if (!isWhole || folders.length > 0) return 2;
  return isSelected ? 0 : 1;

  function search({ name, text }: NamedText): number {
    const shown = name === "-" ? "(standard input)" : name;
    const end = has("zero") ? "\0" : "\n";
    const lines = linesOf(text, end);
    const isListing = has("names") || has("namesWithout") || has("quiet");
    const isCounting = has("count");
    const isBinary = !has("text") && !has("zero") && text.slice(0, 32_768).includes("\0");
    let selected = 0;
    let printed = -1;
    let toPrint = 0;
    const print = (index: number, mark: string, part: string): void => {
      const start = showsName ? shown + (has("zeroNames") ? "\0" : mark) : "";
      const number = has("numbers") ? `${index + 1}${mark}` : "";
      call.stdout.write(start + number + part + end);
    };
    for (const [index, line] of lines.entries()) {
      const isMatch = (find(line, 0) !== undefined) !== has("invert");
      if (!isMatch || selected >= most) {
        if (toPrint > 0) {
          print(index, "-", line);
          printed = index;
          toPrint--;
        } else if (selected >= most) break;
        continue;
      }
      selected++;
      if (isListing) break;
      if (isCounting) continue;
      if (isBinary) {
        if (has("binary")) return 0;
        complain(call, `${shown}: binary file matches`);
        break;
      }
      if (has("only")) {
        if (!has("invert")) for (const part of partsOf(line)) print(index, ":", part);
        continue;
      }
      const first = Math.max(printed + 1, index - before);
      if ((before > 0 || after > 0) && printed >= 0 && first > printed + 1)
        call.stdout.write("--\n");
      for (let at = first; at < index; at++) print(at, "-", lines[at] ?? "");
      print(index, ":", line);
      printed = index;
      toPrint = after;
    }
    const isNamed = has("names") ? selected > 0 : has("namesWithout") && selected === 0;
    if (isNamed && !has("quiet")) call.stdout.write(shown + (has("zeroNames") ? "\0" : "\n"));
    if (isCounting && !isListing) {
      call.stdout.write(`${showsName ? `${shown}:` : ""}${selected}\n`);
    }
    return selected;
  }

  function* partsOf(line: string): Generator<string> {
    for (let from = 0; from <= line.length;) {
      const part = find(line, from);
      if (part === undefined) return;
      if (part.end > part.start) yield line.slice(part.start, part.end);
      from = Math.max(part.end, part.start + 1);
    }
  }

  function isFolder(name: string): boolean {
    return name !== "-" && call.root.stat(call.path(name))?.kind === "directory";
  }

  function filesBelow(roots: readonly string[]): readonly string[] {
    if (has("include")) return call.unsupported("grep --include");
    return roots.flatMap((name) => {
      const path = call.path(name);
      if (!isFolder(name)) return [name];
      const found: string[] = [];
      for (const each of tree(call.root, path)) {
        if (call.root.lstat(each)?.kind !== "file") continue;
        found.push(
          rest.length === 0
            ? each.slice(path.length + 1)
            : below(name, each.slice(path.length).replace(/^\/+/, "")),
        );
      }
      return found;
    });
  }
};

/** What means the same to Perl as to an extended expression. */
function isPlainForPerl(source: string): boolean {
  return !/\\[^.*+?()[\]{}|^$/\\sSwWb-]|\(\?|[*+?}][+?]|\[[^\]]*\\/.test(source);
}

function finderOf(
  call: CommandCall,
  sources: readonly string[],
  options: {
    readonly dialect: "basic" | "extended" | "fixed";
    readonly ignoreCase: boolean;
    readonly isWord: boolean;
    readonly isLine: boolean;
  },
): (line: string, from: number) => Part | undefined {
  const { dialect, ignoreCase, isWord, isLine } = options;
  const isBasic = dialect !== "extended";
  const countSteps = (steps: number): void => call.countSteps(steps);
  const expressions = sources.map((source) => {
    const plain = dialect === "fixed" ? source.replaceAll(/[.[\]*^$\\]/g, String.raw`\$&`) : source;
    const [open, close] = isBasic ? ["\\(", "\\)"] : ["(", ")"];
    const hasReference = /\\[1-9]/.test(source);
    // A group would count as the first one of a back-reference.
    if (isLine && hasReference) return call.unsupported("grep -x with a back-reference");
    const whole = isLine ? `^${open}${plain}${close}$` : plain;
    return new Regex(whole, { dialect: isBasic ? "basic" : "extended", ignoreCase, countSteps });
  });
  return (line, from) => {
    let best: Part | undefined;
    for (const expression of expressions) {
      const found = isWord ? findWord(expression, line, from) : expression.exec(line, from);
      if (found === undefined) continue;
      const isBetter =
        best === undefined ||
        found.start < best.start ||
        (found.start === best.start && found.end > best.end);
      if (isBetter) best = found;
    }
    return best;
  };
}

/** The first match that is no part of a longer word; shorter matches are tried, too. */
function findWord(expression: Regex, line: string, from: number): Part | undefined {
  for (let start = from; start <= line.length; start++) {
    const found = expression.exec(line, start);
    if (found === undefined) return undefined;
    const isFree = !/\w/.test(line[found.start - 1] ?? "");
    for (let end = isFree ? found.end : -1; end >= found.start; end--) {
      const isEnd = !/\w/.test(line[end] ?? "");
      const again = isEnd ? expression.exec(line.slice(0, end), found.start) : undefined;
      if (again?.start === found.start && again.end === end) return { start: found.start, end };
    }
    start = found.start;
  }
  return undefined;
}
