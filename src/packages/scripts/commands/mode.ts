const CLASS_BITS: Readonly<Record<string, number>> = { u: 0o4700, g: 0o2070, o: 0o1007, a: 0o7777 };
const CLASS_SHIFTS: Readonly<Record<string, number>> = { u: 6, g: 3, o: 0 };

/**
 * A mode as chmod(1) reads it, octal or symbolic, applied to the mode that a file has. Undefined
 * when it is none.
 */
export function changedMode(
  written: string,
  file: { readonly mode: number; readonly isFolder: boolean; readonly umask: number },
): number | undefined {
  if (/^[0-7]{1,5}$/.test(written)) {
    const mode = Number.parseInt(written, 8);
    if (mode > 0o7777) return undefined;
    // A folder keeps set-id bits that the number does not speak of, unless it has five digits.
    const kept = file.isFolder && written.length < 5 ? file.mode & 0o6000 : 0;
    return mode | kept;
  }
  let mode = file.mode;
  for (const clause of written.split(",")) {
    const match = /^([ugoa]*)((?:[-+=](?:[rwxXst]*|[ugo]|[0-7]+))+)$/.exec(clause);
    if (match === null) return undefined;
    const [, classes = "", actions = ""] = match;
    for (const action of actions.match(/[-+=][^-+=]*/g) ?? []) {
      mode = applied(mode, classes, { operator: action[0] ?? "", rights: action.slice(1) }, file);
    }
  }
  return mode;
}

function applied(
  mode: number,
  classes: string,
  action: { readonly operator: string; readonly rights: string },
  { isFolder, umask }: { readonly isFolder: boolean; readonly umask: number },
): number {
  const { operator, rights } = action;
  // Without a class the umask takes bits away from what is said.
  const scope = classes === "" ? 0o7777 : bitsOfClasses(classes);
  const asked = bitsOf(rights, mode, isFolder) & scope;
  const bits = classes === "" ? asked & ~umask : asked;
  if (operator === "+") return mode | bits;
  if (operator === "-") return mode & ~bits;
  // A folder keeps its set-id bits unless they are named, as numbers do.
  const namesSetId = /\d/.test(rights) || (/[st]/.test(rights) && classes !== "");
  const kept = isFolder && !namesSetId ? 0o6000 : 0;
  return (mode & (~scope | kept)) | bits;
}

function bitsOfClasses(classes: string): number {
  return Array.from(classes).reduce((bits, letter) => bits | (CLASS_BITS[letter] ?? 0), 0);
}

function bitsOf(rights: string, mode: number, isFolder: boolean): number {
  if (/^[0-7]+$/.test(rights)) return Number.parseInt(rights, 8) & 0o7777;
  if (/^[ugo]$/.test(rights)) {
    return ((mode >> (CLASS_SHIFTS[rights] ?? 0)) & 7) * 0o111;
  }
  let bits = 0;
  for (const letter of rights) {
    if (letter === "r") bits |= 0o444;
    else if (letter === "w") bits |= 0o222;
    else if (letter === "x") bits |= 0o111;
    else if (letter === "s") bits |= 0o6000;
    else if (letter === "t") bits |= 0o1000;
    else if (letter === "X" && (isFolder || (mode & 0o111) !== 0)) bits |= 0o111;
  }
  return bits;
}
