import { manifestJsonSchema } from "../manifest/json-schema.ts";
import type { ProjectFile } from "./template.ts";

const place = "schema/stack.schema.json";

/** The first line of a manifest, by which an editor finds the schema. */
export const schemaLine = `# yaml-language-server: $schema=./${place}`;

/** The text of a manifest whose first line names the schema in its own folder. */
export function withSchemaLine(text: string): string {
  return `${schemaLine}\n${text.replace(/^# yaml-language-server:.*\n/, "")}`;
}

/** The schema of this qclock's manifests, as `qclock schema` prints it. */
export function schemaFile(): ProjectFile {
  const content = `${JSON.stringify(manifestJsonSchema(), undefined, 2)}\n`;
  return { path: place, content, isExecutable: false };
}
