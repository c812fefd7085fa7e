/**
 * Names that people give to secrets. `…_FILE` with a path is the way to hand one over, and no
 * secret.
 */
const secretName =
  /pass(?:word|wd|phrase)|secret|token|api[_-]?key|private[_-]?key|credential|(?:^|_)pwd$/i;

/** Values that are secrets whatever their name: keys and tokens whose form is known. */
const secretForms: readonly RegExp[] = [
  /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/,
  /\bAKIA[0-9A-Z]{16}\b/,
  /\bgh[pousr]_[A-Za-z0-9]{36,}\b/,
  /\bxox[abprs]-[A-Za-z0-9-]{10,}\b/,
  /\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\./,
];

/**
 * Names of the variables in `NAME=value` lines whose value looks like a secret, or is one that is
 * known.
 */
export function secretVariables(
  environment: readonly string[],
  known: readonly string[],
): readonly string[] {
  return environment.flatMap((line) => {
    const [name = "", ...rest] = line.split("=");
    const value = rest.join("=");
    if (holdsSecret(value, known)) return [name];
    if (!secretName.test(name) || value === "") return [];
    return /_FILE$/i.test(name) && value.startsWith("/") ? [] : [name];
  });
}

/**
 * Names that are assigned a secret-looking value in a command line, as in a Dockerfile's history.
 */
export function secretAssignments(text: string, known: readonly string[]): readonly string[] {
  const assigned = [...text.matchAll(/\b([A-Za-z][A-Za-z0-9_]*)=("[^"]*"|'[^']*'|[^\s"']+)/g)];
  const found = assigned.flatMap(([, name = "", value = ""]) =>
    secretVariables([`${name}=${value.replaceAll(/^["']|["']$/g, "")}`], known),
  );
  if (found.length > 0) return found;
  return holdsSecret(text, known) ? ["a value"] : [];
}

/** Whether the text contains a known secret or something in the form of one. */
export function holdsSecret(text: string, known: readonly string[]): boolean {
  return (
    known.some((value) => value.length >= 8 && text.includes(value)) ||
    secretForms.some((form) => form.test(text))
  );
}
