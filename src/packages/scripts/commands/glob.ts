/**
 * Whether a name fits a pattern of fnmatch(3): `*`, `?`, brackets and backslashes. Slashes and dots
 * are like any other byte, as `find -name` has it. Takes time in proportion to both at worst.
 */
export function fitsGlob(name: string, pattern: string, ignoreCase = false): boolean {
  const text = ignoreCase ? name.toLowerCase() : name;
  const glob = ignoreCase ? pattern.toLowerCase() : pattern;
  let at = 0;
  let place = 0;
  let star: { readonly place: number; at: number } | undefined;
  while (at < text.length) {
    if (glob[place] === "*") {
      star = { place: ++place, at };
      continue;
    }
    const step = fitsOne(text[at] ?? "", glob, place);
    if (step !== undefined) {
      place = step;
      at++;
      continue;
    }
    if (star === undefined) return false;
    place = star.place;
    at = ++star.at;
  }
  while (glob[place] === "*") place++;
  return place >= glob.length;
}

/** The place in the pattern behind what fits a character; undefined when nothing does. */
function fitsOne(character: string, glob: string, place: number): number | undefined {
  const first = glob[place];
  if (first === undefined) return undefined;
  if (first === "?") return place + 1;
  if (first === "\\" && place + 1 < glob.length) {
    return glob[place + 1] === character ? place + 2 : undefined;
  }
  if (first === "[") {
    const bracket = /^\[([!^]?)(\]?(?:\[:[a-z]+:\]|[^\]])*)\]/.exec(glob.slice(place));
    if (bracket !== null) {
      const [whole, negation, content = ""] = bracket;
      const isIn = isInBracket(character, content);
      return isIn === (negation === "") ? place + whole.length : undefined;
    }
  }
  return first === character ? place + 1 : undefined;
}

const CLASSES: Readonly<Record<string, RegExp>> = {
  alpha: /[A-Za-z]/,
  digit: /\d/,
  alnum: /[A-Za-z0-9]/,
  upper: /[A-Z]/,
  lower: /[a-z]/,
  space: /[ \t\n\v\f\r]/,
  blank: /[ \t]/,
  punct: /[!-/:-@[-`{-~]/,
  xdigit: /[\dA-Fa-f]/,
};

function isInBracket(character: string, content: string): boolean {
  for (const [item, name, from, to] of content.matchAll(/\[:([a-z]+):\]|([^])-([^])|[^]/g)) {
    if (name !== undefined) {
      if (Object.hasOwn(CLASSES, name) && CLASSES[name]?.test(character) === true) return true;
    } else if (from !== undefined && to !== undefined) {
      if (character >= from && character <= to) return true;
    } else if (item === character) return true;
  }
  return false;
}
