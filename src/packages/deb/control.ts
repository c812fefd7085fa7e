/** Fields of a package's control file, in their order; continuation lines keep their line ends. */
export type ControlFields = ReadonlyMap<string, string>;

/** Parse one deb822 paragraph. Source: deb-control(5). */
export function parseControl(text: string): ControlFields {
  const fields = new Map<string, string>();
  let current: string | undefined;
  for (const line of text.split("\n")) {
    if (/^[ \t]/.test(line) && current !== undefined) {
      fields.set(current, `${fields.get(current) ?? ""}\n${line}`);
      continue;
    }
    const colon = line.indexOf(":");
    if (colon <= 0) continue;
    current = line.slice(0, colon);
    fields.set(current, line.slice(colon + 1).trim());
  }
  return fields;
}
