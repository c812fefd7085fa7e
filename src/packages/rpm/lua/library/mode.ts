/** The letters of the nine bits of permissions, from the owner's to read on. */
const LETTERS = "rwxrwxrwx";

/**
 * A mode as `posix.chmod` of RPM's Lua takes it: `rwxr-xr-x`, octal digits, or changes as
 * `u+x,go-w`. A number is taken by its decimal digits: `posix.chmod(path, 0555)` means 0555, since
 * Lua has no octal numbers. Undefined for anything else. Source: rpm 4.16, luaext/modemuncher.c.
 */
export function modeOf(text: string, before: number): number | undefined {
  let mode = before;
  let rest = text;
  for (;;) {
    if (/^[r-]/.test(rest)) return fromLetters(rest, mode);
    if (/^[0-7]/.test(rest)) return /^[0-7]+$/.test(rest) ? Number.parseInt(rest, 8) : undefined;
    const clause = /^([ugoa ]*)([-+=])([rwxs ]*)(,?)/.exec(rest);
    if (clause === null) return undefined;
    const [whole, who = "", operator, letters = "", comma] = clause;
    rest = rest.slice(whole.length);
    const bits = bitsOf(letters) & maskOf(who);
    // Where no letter is written nothing changes, and `=` sets the whole mode, not a part of it.
    if (letters.trim() !== "") {
      if (operator === "+") mode |= bits;
      else if (operator === "-") mode &= ~bits;
      else mode = bits;
    }
    if (comma === "") return rest === "" ? mode : undefined;
  }
}

/** As `posix.stat` writes the bits of permissions; the sticky bit is not shown. */
export function modeText(mode: number): string {
  const letters = LETTERS.split("").map((letter, index) =>
    (mode & bitAt(index)) === 0 ? "-" : letter,
  );
  if ((mode & 0o4000) !== 0) letters[2] = letters[2] === "x" ? "s" : "S";
  if ((mode & 0o2000) !== 0) letters[5] = letters[5] === "x" ? "s" : "S";
  return letters.join("");
}

function bitAt(index: number): number {
  return 0o400 >> index;
}

/** Letters that stand in the wrong place leave their bit as it was. */
function fromLetters(text: string, before: number): number | undefined {
  let mode = before & ~0o6000;
  for (const [index, letter] of text.slice(0, LETTERS.length).split("").entries()) {
    if (letter === LETTERS[index]) mode |= bitAt(index);
    else if (letter === "-") mode &= ~bitAt(index);
    else if (letter === "s") {
      if (index !== 2 && index !== 5) return undefined;
      mode |= bitAt(index) | (index === 2 ? 0o4000 : 0o2000);
    }
  }
  return mode;
}

function maskOf(who: string): number {
  if (who.trim() === "") return 0o7777;
  let mask = 0;
  if (who.includes("u")) mask |= 0o4700;
  if (who.includes("g")) mask |= 0o2070;
  if (who.includes("o")) mask |= 0o1007;
  if (who.includes("a")) mask |= 0o7777;
  return mask;
}

function bitsOf(letters: string): number {
  let bits = 0;
  if (letters.includes("r")) bits |= 0o444;
  if (letters.includes("w")) bits |= 0o222;
  if (letters.includes("x")) bits |= 0o111;
  if (letters.includes("s")) bits |= 0o6000;
  return bits;
}
