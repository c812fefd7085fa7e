/** Bytes of the classes of the C locale. */
const CLASSES: Readonly<Record<string, RegExp>> = {
  alnum: /[A-Za-z\d]/,
  alpha: /[A-Za-z]/,
  blank: /[ \t]/,
  // oxlint-disable-next-line eslint/no-control-regex -- the class of control characters
  cntrl: /[\0-\u001F\u007F]/,
  digit: /\d/,
  graph: /[!-~]/,
  lower: /[a-z]/,
  print: /[ -~]/,
  punct: /[!-/:-@[-`{-~]/,
  space: /[\t-\r ]/,
  upper: /[A-Z]/,
  xdigit: /[\dA-Fa-f]/,
};

const members = new Map<string, readonly number[]>();

/** `:alpha:]` and the like from a place on; undefined for anything else. */
export function matchClass(
  text: string,
  start: number,
): { readonly members: readonly number[]; readonly end: number } | undefined {
  if (text[start] !== ":") return undefined;
  const end = text.indexOf(":]", start + 1);
  const name = end === -1 ? "" : text.slice(start + 1, end);
  const found = membersOf(name);
  return found === undefined ? undefined : { members: found, end: end + 2 };
}

function membersOf(name: string): readonly number[] | undefined {
  const present = members.get(name);
  if (present !== undefined) return present;
  const kind = Object.hasOwn(CLASSES, name) ? CLASSES[name] : undefined;
  if (kind === undefined) return undefined;
  const codes = Array.from({ length: 128 }, (_, code) => code).filter((code) =>
    kind.test(String.fromCharCode(code)),
  );
  members.set(name, codes);
  return codes;
}
