import type { Digest } from "../digest.ts";
import { type LogicalLine, readLogicalLines } from "./logical-lines.ts";
import { parseRequirement, type Requirement } from "./requirement.ts";
import { formatSpecifier } from "./specifier.ts";
import { parseVersion } from "./version.ts";

/** A line of a requirements file: one version of one project, and which bytes it may be. */
export interface PinnedRequirement {
  /** Normalised. */
  readonly name: string;
  /** As it was written. */
  readonly version: string;
  /** Normalised, sorted. */
  readonly extras: readonly string[];
  /** Text of its marker; absent: it is for every machine. */
  readonly marker?: string;
  /** Sorted. */
  readonly hashes: readonly Digest[];
  /** Number of the line that it begins on, from 1. */
  readonly line: number;
}

/** Something that is wrong with a file, from and to a place in its text. */
export interface RequirementsProblem {
  readonly start: number;
  readonly end: number;
  /** A sentence. */
  readonly message: string;
  readonly hint: string;
}

/** What a requirements file says, or all that is wrong with it. */
export interface RequirementsFile {
  readonly requirements: readonly PinnedRequirement[];
  readonly problems: readonly RequirementsProblem[];
}

const COMPILE = "`pip-compile --generate-hashes` and `uv pip compile --generate-hashes` write it.";

/** A file of more lines was made by mistake. */
const MOST_REQUIREMENTS = 10_000;

/** Read a requirements file, of which every line pins a version and its hashes. */
export function parseRequirementsFile(text: string): RequirementsFile {
  const requirements: PinnedRequirement[] = [];
  const problems: RequirementsProblem[] = [];
  for (const line of readLogicalLines(text)) {
    if (requirements.length + problems.length >= MOST_REQUIREMENTS) {
      problems.push({
        ...rangeOf(line),
        message: `The file has more than ${MOST_REQUIREMENTS} lines.`,
        hint: "Name another file.",
      });
      break;
    }
    try {
      const found = line.text.startsWith("-") ? readOption(line) : readPinned(line);
      if (found !== undefined) requirements.push(found);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      problems.push(error.problem);
    }
  }
  return { requirements, problems };
}

class Refusal extends Error {
  readonly problem: RequirementsProblem;

  constructor(problem: RequirementsProblem) {
    super(problem.message);
    this.problem = problem;
  }
}

/** The first physical line of it, or a part of the line. */
function rangeOf(
  line: LogicalLine,
  part: { readonly at: number; readonly length: number } = { at: 0, length: line.text.length },
): Pick<RequirementsProblem, "start" | "end"> {
  const start = line.offsetOf(part.at);
  return { start, end: start + part.length };
}

/** Options that change nothing where every line is pinned and has hashes. */
const harmless = /^(?:--require-hashes|--prefer-binary|--pre|--only-binary(?:[= ]\s*\S+)?)$/;

const INDEX =
  "Take the line away, and name the index in QCLOCK_PYTHON_INDEX, in `mirrors` of the manifest, or in pip's configuration.";

/** Why an option is refused, by its name. */
const refusedOptions: ReadonlyMap<string, readonly [reason: string, hint: string]> = new Map([
  ["-i", ["The index is not taken from the file", INDEX]],
  ["--index-url", ["The index is not taken from the file", INDEX]],
  ["--extra-index-url", ["The index is not taken from the file", INDEX]],
  ["--no-index", ["The index is not taken from the file", INDEX]],
  [
    "-f",
    [
      "Wheels come from an index, not from a list of links",
      "Take the line away, or serve the wheels by an index.",
    ],
  ],
  [
    "--find-links",
    [
      "Wheels come from an index, not from a list of links",
      "Take the line away, or serve the wheels by an index.",
    ],
  ],
  ["-r", ["One file names everything", "Let pip-compile or uv write one file of all."]],
  ["--requirement", ["One file names everything", "Let pip-compile or uv write one file of all."]],
  ["-c", ["Pinned lines need no constraints", "Take the line away."]],
  ["--constraint", ["Pinned lines need no constraints", "Take the line away."]],
  [
    "-e",
    [
      "A project in a folder would have to be built, and nothing is run",
      "Put its files into the image with `files`.",
    ],
  ],
  [
    "--editable",
    [
      "A project in a folder would have to be built, and nothing is run",
      "Put its files into the image with `files`.",
    ],
  ],
  [
    "--no-binary",
    ["A source distribution would have to be built, and nothing is run", "Take the line away."],
  ],
  [
    "--trusted-host",
    [
      "A host's certificate is always checked",
      "Take the line away; NODE_EXTRA_CA_CERTS names further authorities.",
    ],
  ],
  ["--use-feature", ["It is about pip itself", "Take the line away."]],
]);

function readOption(line: LogicalLine): undefined {
  if (harmless.test(line.text)) return undefined;
  const [name = ""] = /^(?:--[\w-]+|-[a-zA-Z])/.exec(line.text) ?? [];
  const [reason, hint] = refusedOptions.get(name) ?? [
    "qclock does not know this option",
    "Take the line away.",
  ];
  throw new Refusal({
    ...rangeOf(line),
    message: `${name === "" ? "The line" : `"${name}"`} is refused: ${lowerFirst(reason)}.`,
    hint,
  });
}

function lowerFirst(text: string): string {
  return text.startsWith("qclock") ? text : text.charAt(0).toLowerCase() + text.slice(1);
}

function readPinned(line: LogicalLine): PinnedRequirement {
  const variable = /\$\{[A-Z0-9_]+\}/.exec(line.text);
  if (variable !== null) {
    throw refused(
      line,
      { at: variable.index, length: variable[0].length },
      {
        message: `${variable[0]} would come from this machine's environment, and the image with it.`,
        hint: "Write the value out.",
      },
    );
  }
  // As pip: options begin at the first word that begins with a dash.
  const [before = ""] = /^.*?(?=\s-|$)/s.exec(line.text) ?? [];
  const hashes = readHashes(line, before.length);
  const requirement = readRequirement(line, before);
  const version = pinnedVersion(line, before, requirement);
  const { name, extras, markerText } = requirement;
  if (hashes.length === 0) {
    throw refused(
      line,
      { at: 0, length: before.length },
      {
        message: `${name} ${version} has no --hash, so that any bytes could become part of the image.`,
        hint: `Add --hash=sha256:… to the line. ${COMPILE}`,
      },
    );
  }
  return {
    name,
    version,
    extras,
    ...(markerText === undefined ? {} : { marker: markerText }),
    hashes,
    line: line.number,
  };
}

function readRequirement(line: LogicalLine, text: string): Requirement {
  const place = { at: 0, length: text.length };
  if (/^(?:\.{0,2}\/|[a-z][a-z+]*:\/\/|\S+\.(?:whl|tar\.gz)$)/i.test(text.trim())) {
    throw refused(line, place, {
      message: `"${text.trim()}" names a file, and wheels come from an index by name and version.`,
      hint: "Write `name==version --hash=sha256:…`, or put the file into the image with `artifacts`.",
    });
  }
  try {
    return parseRequirement(text);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw refused(line, place, {
      message: `"${text.trim()}" is no requirement: ${error.message}.`,
      hint: `Write \`name==version --hash=sha256:…\`. ${COMPILE}`,
    });
  }
}

/** As pip with `--require-hashes`: one clause, which names one version. */
function pinnedVersion(line: LogicalLine, text: string, requirement: Requirement): string {
  const { name, url, specifiers } = requirement;
  const place = { at: 0, length: text.length };
  if (url !== undefined) {
    throw refused(line, place, {
      message: `${name} comes from a URL, and wheels come from an index by name and version.`,
      hint: "Write `name==version --hash=sha256:…`, or put the file into the image with `artifacts`.",
    });
  }
  const [specifier, ...others] = specifiers;
  const isPinned =
    specifier !== undefined &&
    others.length === 0 &&
    !specifier.isPrefix &&
    (specifier.operator === "==" || specifier.operator === "===");
  if (!isPinned || parseVersion(specifier.version) === undefined) {
    const asked = specifiers.map(formatSpecifier).join(",");
    throw refused(line, place, {
      message: `${name}${asked} does not name one version.`,
      hint: `Write \`${name}==VERSION\`. ${COMPILE}`,
    });
  }
  return specifier.version;
}

function readHashes(line: LogicalLine, start: number): readonly Digest[] {
  const hashes = new Set<Digest>();
  let hasOthers = false;
  const option = /\s+(--hash(?:=|\s+)(?<hash>\S+)|\S+)/gy;
  option.lastIndex = start;
  for (let found = option.exec(line.text); found !== null; found = option.exec(line.text)) {
    const [matched, word = ""] = found;
    const hash = found.groups?.["hash"];
    const place = { at: found.index + matched.length - word.length, length: word.length };
    if (hash === undefined) {
      throw refused(line, place, {
        message: `"${word}" is refused: of the options of a line there is --hash alone.`,
        hint: "Take it away; other options are about building, and nothing is run.",
      });
    }
    const digest = `sha256:${hash.slice(hash.indexOf(":") + 1).toLowerCase()}`;
    const [, algorithm = ""] = /^([a-z0-9]+):[0-9a-f]+$/i.exec(hash) ?? [];
    if (algorithm === "sha384" || algorithm === "sha512") hasOthers = true;
    else if (algorithm === "sha256" && isSha256(digest)) hashes.add(digest);
    else {
      throw refused(line, place, {
        message: `"${hash}" is no hash that can be compared.`,
        hint: `A hash is sha256: and 64 hexadecimal digits. ${COMPILE}`,
      });
    }
  }
  if (hashes.size === 0 && hasOthers) {
    throw refused(
      line,
      { at: start + 1, length: line.text.length - start - 1 },
      {
        message: "The line has no hash of SHA-256, by which the store and the lock know files.",
        hint: `Add --hash=sha256:…. ${COMPILE}`,
      },
    );
  }
  return [...hashes].toSorted();
}

function isSha256(text: string): text is Digest {
  return /^sha256:[0-9a-f]{64}$/.test(text);
}

function refused(
  line: LogicalLine,
  place: { readonly at: number; readonly length: number },
  words: Pick<RequirementsProblem, "message" | "hint">,
): Refusal {
  return new Refusal({ ...rangeOf(line, place), ...words });
}
