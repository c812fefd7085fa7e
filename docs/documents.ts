import { readFileSync } from "node:fs";
import path from "node:path";
import { describeManifest, manifestJsonSchema } from "../src/manifest/json-schema.ts";
import { overrideJsonSchema } from "../src/manifest/override-schema.ts";
import { parseComposeResults } from "../test/judge/compose/results.ts";
import { parseResults } from "../test/judge/images/results.ts";
import { parseSetResults } from "../test/judge/root/results.ts";
import { parsePublicImages } from "../test/judge/stacks/public-images.ts";
import { parseStackResults } from "../test/judge/stacks/results.ts";
import { besideAptPage } from "./beside-apt-page.ts";
import { besideDnfPage } from "./beside-dnf-page.ts";
import { composePage } from "./compose-page.ts";
import { errorsPage } from "./errors-page.ts";
import { manifestPage } from "./manifest-page.ts";
import { packagesPage } from "./packages-page.ts";
import { stacksPage } from "./stacks-page.ts";

const judge = path.join(import.meta.dirname, "../test/judge");

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
    ["docs/compose.md", composePage(parseComposeResults(keptText("compose")))],
    ["docs/packages.md", packagesPage(parseResults(keptText("images")))],
    ["docs/beside-apt.md", besideAptPage(parseSetResults(keptText("root")))],
    ["docs/beside-dnf.md", besideDnfPage(parseSetResults(keptText("dnf-root")))],
    [
      "docs/stacks.md",
      stacksPage(
        parseStackResults(keptText("stacks")),
        parsePublicImages(keptText("stacks", "public-images.json")),
      ),
    ],
  ]);
}

/** Results that one of the judges keeps beside it. */
function keptText(
  folder: "compose" | "dnf-root" | "images" | "root" | "stacks",
  file = "results.json",
): string {
  return readFileSync(path.join(judge, folder, file), "utf8");
}
