import { describeManifest, manifestJsonSchema } from "../src/manifest/json-schema.ts";
import { overrideJsonSchema } from "../src/manifest/override-schema.ts";
import { errorsPage } from "./errors-page.ts";
import { manifestPage } from "./manifest-page.ts";

/** The files that are made from the sources, by their path in the project. */
export function documents(): ReadonlyMap<string, string> {
  return new Map([
    ["schema/stack.schema.json", `${JSON.stringify(manifestJsonSchema(), undefined, 2)}\n`],
    [
      "schema/stack.override.schema.json",
      `${JSON.stringify(overrideJsonSchema(), undefined, 2)}\n`,
    ],
    ["docs/manifest.md", manifestPage(describeManifest())],
    ["docs/errors.md", errorsPage()],
  ]);
}
