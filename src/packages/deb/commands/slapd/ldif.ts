import { linesOf } from "../../../scripts/commands/lines.ts";

/** A line of an LDIF file: an attribute and a value, a string of bytes. */
export interface LdifLine {
  readonly name: string;
  readonly value: string;
}

const WIDTH = 78;

/**
 * The records of an LDIF file, without comments; undefined where a line is no attribute. Source:
 * RFC 2849.
 */
export function parseLdif(text: string): readonly (readonly LdifLine[])[] | undefined {
  const records: LdifLine[][] = [[]];
  for (const line of linesOf(text.replaceAll(/\r?\n /g, ""))) {
    if (line.startsWith("#")) continue;
    if (line === "") {
      records.push([]);
      continue;
    }
    const [, name, kind = "", value = ""] = /^([\w;.-]+):(:?) *(.*)$/.exec(line) ?? [];
    if (name === undefined) return undefined;
    const decoded = kind === "" ? value : Buffer.from(value, "base64").toString("latin1");
    records.at(-1)?.push({ name, value: decoded });
  }
  return records.filter((record) => record.length > 0);
}

/** An attribute as OpenLDAP writes it: in base64 where the value must be, and folded. */
export function formatLdifLine({ name, value }: LdifLine, isSecret: boolean): string {
  const isPlain = !isSecret && /^(?![ :<])[ -~]*(?<! )$/.test(value);
  const line = isPlain
    ? `${name}: ${value}`
    : `${name}:: ${Buffer.from(value, "latin1").toString("base64")}`;
  let folded = `${line.slice(0, WIDTH)}\n`;
  for (let at = WIDTH; at < line.length; at += WIDTH - 1)
    folded += ` ${line.slice(at, at + WIDTH - 1)}\n`;
  return folded;
}
