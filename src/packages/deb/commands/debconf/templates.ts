import { fromBytes } from "../../../scripts/bytes.ts";
import type { CommandCall } from "../../../scripts/command.ts";

/** A template of debconf: its fields by their names in lower case, without translations. */
export type Template = ReadonlyMap<string, string>;

/** A template by its name: of the package whose script runs, or of any other one. */
export function findTemplate(call: CommandCall, name: string): Template | undefined {
  const own = call.env.get("DPKG_MAINTSCRIPT_PACKAGE") ?? "";
  const folder = "/var/lib/dpkg/info";
  if (call.root.stat(folder) === undefined) return undefined;
  const files = call.root.list(folder).filter((file) => file.endsWith(".templates"));
  const isOwn = (file: string): boolean => file.replace(/(?::[a-z0-9]+)?\.templates$/, "") === own;
  for (const file of [...files.filter(isOwn), ...files.filter((each) => !isOwn(each))]) {
    const text = fromBytes(call.root.read(`${folder}/${file}`));
    call.countSteps(1 + (text.length >> 12));
    const found = templateIn(text, name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A template in a text of templates. */
export function templateIn(text: string, name: string): Template | undefined {
  for (const paragraph of text.split(/\n(?:[ \t]*\n)+/)) {
    const first = /^Template:(.*)$/m.exec(paragraph)?.[1]?.trim();
    if (first !== name) continue;
    const fields = new Map<string, string>();
    let field: string | undefined;
    for (const line of paragraph.split("\n")) {
      const start = /^([A-Za-z_]+(?:-C)?):(.*)$/.exec(line);
      if (start !== null) {
        field = (start[1] ?? "").toLowerCase();
        fields.set(field, (start[2] ?? "").trim());
      } else if (/^\S/.test(line)) field = undefined;
      else if (field === "description") {
        const added = line.trim() === "." ? "" : line.trim();
        fields.set("extended_description", `${fields.get("extended_description") ?? ""}${added}\n`);
      }
    }
    return fields;
  }
  return undefined;
}
