import type { Session } from "./session.ts";

/**
 * Variables that are secrets by their name; messages show what a manifest made of its variables.
 */
const secretName =
  /(?:^|_)(?:PASSWORD|PASSWD|PASSPHRASE|PASS|(?<=_)PWD|SECRET|TOKEN|CREDENTIALS?|(?:API|ACCESS|PRIVATE|SECRET)_?KEY)(?:_|$)/i;

/** Shorter ones would take ordinary words out of what is shown. */
const shortestSecret = 8;

/** Whether a variable's name says that its value is a secret. */
export function isSecretName(name: string): boolean {
  return secretName.test(name);
}

/** Parts of names that say of a short number, too, that it is nobody else's business. */
const privateName = /pass|pwd|pin|code|key|secret|token|cred|auth|otp|salt|seed/i;

/** What cannot be a secret unless its name says so: nothing, a port or a count, yes or no. */
const harmlessValue = /^(?:\d{1,5}|true|false)?$/;

/**
 * Whether the value of a variable may be a secret. Most can: only what cannot may lie where qclock
 * keeps what it made of a manifest.
 */
export function mayBeSecret(name: string, value: string): boolean {
  return privateName.test(name) || !harmlessValue.test(value);
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
