/**
 * A mode as `posix.chmod` of RPM's Lua takes it: `rwxr-xr-x`, octal digits, or changes as
 * `u+x,go-w`. A number is taken by its decimal digits: `posix.chmod(path, 0555)` means 0555, since
 * Lua has no octal numbers. Undefined for anything else. Source: rpm 4.16, luaext/lposix.c.
 */
export function modeOf(text: string, before: number): number | undefined {
  if (/^[0-7]{1,5}$/.test(text)) return Number.parseInt(text, 8) & 0o7777;
  if (/^[r-][w-][xsS-][r-][w-][xsS-][r-][w-][xtT-]$/.test(text)) return fromLetters(text);
  let mode = before;
  for (const clause of text.split(",")) {
    const [, who = "", operator, letters = ""] = /^([ugoa]*)([-+=])([rwxst]*)$/.exec(clause) ?? [];
    if (operator === undefined) return undefined;
    const mask = maskOf(who);
    const bits = bitsOf(letters) & mask;
    if (operator === "+") mode |= bits;
    else if (operator === "-") mode &= ~bits;
    else mode = (mode & ~mask) | bits;
  }
  return mode;
}

/** As `posix.stat` writes the bits of permissions. */
export function modeText(mode: number): string {
  return (
    triple(mode >> 6, (mode & 0o4000) !== 0, "s") +
    triple(mode >> 3, (mode & 0o2000) !== 0, "s") +
    triple(mode, (mode & 0o1000) !== 0, "t")
  );
}

/** Three letters; a special bit takes the place of `x`. */
function triple(bits: number, isSpecial: boolean, letter: string): string {
  const canRun = (bits & 1) !== 0;
  let last = canRun ? "x" : "-";
  if (isSpecial) last = canRun ? letter : letter.toUpperCase();
  return `${(bits & 4) === 0 ? "-" : "r"}${(bits & 2) === 0 ? "-" : "w"}${last}`;
}

function fromLetters(text: string): number {
  let mode = 0;
  for (const [index, letter] of text.split("").entries()) {
    const bit = 0o400 >> index;
    if (/[rwxst]/.test(letter)) mode |= bit;
    if (/[sStT]/.test(letter)) mode |= [0o4000, 0o2000, 0o1000][Math.floor(index / 3)] ?? 0;
  }
  return mode;
}

function maskOf(who: string): number {
  if (who === "" || who.includes("a")) return 0o7777;
  let mask = 0;
  if (who.includes("u")) mask |= 0o4700;
  if (who.includes("g")) mask |= 0o2070;
  if (who.includes("o")) mask |= 0o1007;
  return mask;
}

function bitsOf(letters: string): number {
  let bits = 0;
  if (letters.includes("r")) bits |= 0o444;
  if (letters.includes("w")) bits |= 0o222;
  if (letters.includes("x")) bits |= 0o111;
  if (letters.includes("s")) bits |= 0o6000;
  if (letters.includes("t")) bits |= 0o1000;
  return bits;
}
