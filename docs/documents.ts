import { manifestJsonSchema } from "../src/manifest/json-schema.ts";
import { errorsPage } from "./errors-page.ts";
import { manifestPage } from "./manifest-page.ts";

/** The files that are made from the sources, by their path in the project. */
export function documents(): ReadonlyMap<string, string> {
  const schema = manifestJsonSchema();
  return new Map([
    ["schema/stack.schema.json", `${JSON.stringify(schema, undefined, 2)}\n`],
    ["docs/manifest.md", manifestPage(schema)],
    ["docs/errors.md", errorsPage()],
  ]);
}
