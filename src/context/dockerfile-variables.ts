/** Replace `$NAME`, `${NAME}`, `${NAME:-word}` and `${NAME:+word}`, with and without the colon; a backslash keeps the dollar. An unknown name is empty, as in the builders. */
export function expandVariables(text: string, variables: ReadonlyMap<string, string>): string {
  return text.replaceAll(
    /\\(\$)|\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(?:(:?)([-+])([^}]*))?\})/gu,
    (
      _match,
      dollar?: string,
      plain?: string,
      braced?: string,
      colon?: string,
      operator?: string,
      word?: string,
    ) => {
      if (dollar !== undefined) return dollar;
      const value = variables.get(plain ?? braced ?? "");
      const isGiven = value !== undefined && (colon !== ":" || value !== "");
      const other = expandVariables(word ?? "", variables);
      if (operator === "-") return isGiven ? value : other;
      if (operator === "+") return isGiven ? other : "";
      return value ?? "";
    },
  );
}
