import type { Diagnostic } from "../../diagnostic.ts";
import { limits } from "./guard.ts";
import { type Locator, placeKey } from "./locate.ts";
import { describePath } from "../keys/wording.ts";

/**
 * Control characters in the texts of a manifest, and halves of characters, which are no text at
 * all. The runtime would refuse them much later, and a terminal that they are printed to obeys
 * them. Tabs and line ends are allowed where a value is free text: variables, labels, arguments,
 * reasons.
 */
export function findForbiddenCharacters(value: unknown, locator: Locator): ForbiddenCharacters {
  const search: Search = { locator, problems: [], places: new Set(), seen: new Map() };
  searchValue(value, [], search);
  return search;
}

interface ForbiddenCharacters {
  readonly problems: readonly Diagnostic[];
  /** Of the keys and values concerned: whatever else is wrong there says the same again. */
  readonly places: ReadonlySet<string>;
}

interface Search {
  readonly locator: Locator;
  readonly problems: Diagnostic[];
  readonly places: Set<string>;
  /** Aliases share values: each is looked at once as free text and once as any other. */
  readonly seen: Map<object, Set<boolean>>;
}

type Path = readonly (string | number)[];

function searchValue(value: unknown, path: Path, search: Search): void {
  if (typeof value === "string") {
    const character = forbiddenIn(value, isFreeText(path));
    if (character !== undefined) report(search, character, { path, isKey: false });
    return;
  }
  if (typeof value !== "object" || value === null) return;
  const kinds = search.seen.get(value) ?? new Set();
  search.seen.set(value, kinds);
  if (kinds.has(isFreeText(path))) return;
  kinds.add(isFreeText(path));
  if (Array.isArray(value)) {
    for (const [index, each] of value.entries()) searchValue(each, [...path, index], search);
    return;
  }
  for (const [key, each] of Object.entries(value)) {
    const character = forbiddenIn(key, false);
    if (character !== undefined) report(search, character, { path: [...path, key], isKey: true });
    searchValue(each, [...path, key], search);
  }
}

/** Paths below which tabs and line ends make sense; `*` is a name, `#` an item. */
const freeTexts =
  /^(?:images|services|volumes)\/\*\/(?:environment|labels|entrypoint|command)(?:\/|$)|^images\/\*\/build\/args\/|^services\/\*\/probes\/#\/(?:exec\/command|http_get\/(?:body|json)|log_line)(?:\/|$)|^(?:services|networks)\/\*\/policy\//;

function isFreeText(path: Path): boolean {
  const shape = path.map((part, index) =>
    typeof part === "number" ? "#" : index === 1 ? "*" : part,
  );
  return freeTexts.test(shape.join("/"));
}

// eslint-disable-next-line no-control-regex -- control characters are the subject
const controls = /[\u0000-\u001F\u007F-\u009F]/;
// eslint-disable-next-line no-control-regex -- control characters are the subject
const controlsInFreeText = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/;

/** What a text holds that no text may; in a free one tabs and line ends are allowed. */
export function forbiddenIn(text: string, isFree: boolean): string | undefined {
  const [control] = (isFree ? controlsInFreeText : controls).exec(text) ?? [];
  if (control !== undefined) return `the control character ${nameOf(control)}`;
  return text.isWellFormed() ? undefined : "half of a character (a lone surrogate)";
}

const names: ReadonlyMap<number, string> = new Map([
  [0x00, "NUL"],
  [0x07, "BEL"],
  [0x08, "BS"],
  [0x09, "TAB"],
  [0x0a, "LF (a line end)"],
  [0x0d, "CR"],
  [0x1b, "ESC"],
  [0x7f, "DEL"],
]);

function nameOf(character: string): string {
  const code = character.charCodeAt(0);
  const number = `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
  const name = names.get(code);
  return name === undefined ? number : `${name}, ${number}`;
}

function report(
  { locator, problems, places }: Search,
  character: string,
  { path, isKey }: { readonly path: Path; readonly isKey: boolean },
): void {
  if (problems.length >= limits.problems) return;
  places.add(placeKey(locator.value(path)));
  const isLineEnd = character.includes("LF");
  problems.push({
    severity: "error",
    code: "invalid-value",
    message: `${describePath(isKey ? path.slice(0, -1) : path)} ${isKey ? "has a key that holds" : "holds"} ${character}.`,
    location: isKey ? locator.key(path) : locator.value(path),
    related: [],
    ...(isLineEnd && !isKey
      ? { hint: "Write it on one line; `>-` and `|-` leave the last line end of a block out." }
      : {}),
  });
}
