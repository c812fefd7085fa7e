import type { Session } from "./session.ts";

/**
 * Variables that are secrets by their name; messages show what a manifest made of its variables.
 */
const secretName =
  /(?:^|_)(?:PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|CREDENTIALS?|(?:API|ACCESS|PRIVATE|SECRET)_?KEY)(?:_|$)/i;

/** Shorter ones would take ordinary words out of what is shown. */
const shortestSecret = 8;

/** Whether a variable's name says that its value is a secret. */
export function isSecretName(name: string): boolean {
  return secretName.test(name);
}

/** Make the values known that are secrets by their names. */
export function learnVariables(
  { redactor }: Pick<Session, "redactor">,
  variables: ReadonlyMap<string, string | undefined>,
): void {
  for (const [name, value = ""] of variables) {
    if (isSecretName(name) && value.length >= shortestSecret) redactor.add(value);
  }
}
