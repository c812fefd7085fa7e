/** The user and password of each URL in a text as stars, so that a message can show the rest. The text keeps its length. */
export function maskCredentials(text: string): string {
  return text.replace(
    /(https?:\/\/)([^\s/"'?#]+)(?=@)/gi,
    (_, scheme: string, credentials: string) => scheme + "*".repeat(credentials.length),
  );
}
