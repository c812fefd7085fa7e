/**
 * `npm run judge:images`: every image of images/table.ts built from packages, brought up, used and
 * taken down. What became of each is kept in images/results.json, from which docs/packages.md is
 * made. Fails with 1 when one does not work. Needs an Engine.
 *
 *   npm run judge:images                             all, one after the other
 *   npm run judge:images -- --only nginx --only php  some, the others as they were
 *   npm run judge:images -- --failed                 those that did not work, or are new
 *   npm run judge:images -- --kind mail              one kind
 */
import { readFile, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { packagesPage } from "../../docs/packages-page.ts";
import { temporaryFolder } from "../support/temporary-store.ts";
import { interruption } from "./interruption.ts";
import type { EverydayImage } from "./images/everyday-image.ts";
import { type ImageResults, parseResults } from "./images/results.ts";
import { everydayImages } from "./images/table.ts";
import { useImage } from "./images/use-image.ts";

const { values } = parseArgs({
  options: {
    only: { type: "string", multiple: true, default: [] },
    kind: { type: "string" },
    failed: { type: "boolean", default: false },
    // Kept between runs, so that the mirror is not asked for the same packages again.
    store: { type: "string" },
  },
});
const cache = process.env["XDG_CACHE_HOME"] ?? path.join(homedir(), ".cache");
const store = path.resolve(values.store ?? path.join(cache, "qclock-judge"));
const file = path.join(import.meta.dirname, "images/results.json");
const page = path.resolve(import.meta.dirname, "../../docs/packages.md");

const unknown = values.only.filter((name) => everydayImages[name] === undefined);
if (unknown.length > 0) throw new Error(`there is no image ${unknown.join(", ")}`);

const signal = interruption();
let results = await keptResults();
for (const [name, image] of Object.entries(everydayImages).filter(isChosen)) {
  await using folder = await temporaryFolder();
  const result = await useImage(name, image, { folder: folder.path, store, signal });
  if (signal.aborted) break;
  console.log(
    result.failed === undefined ? `${name}: works` : `${name}: ${result.failed}: ${result.error}`,
  );
  results = { ...results, [name]: result };
  // After each image, so that an end before the last one loses nothing.
  await writeFile(file, `${JSON.stringify(inOrder(results), undefined, 1)}\n`);
  await writeFile(page, packagesPage(results));
}
const bad = Object.keys(everydayImages).filter((name) => results[name]?.failed !== undefined);
console.log(`${bad.length} images do not work${bad.length === 0 ? "" : `: ${bad.join(", ")}`}`);
process.exitCode = bad.length === 0 ? 0 : 1;

function isChosen([name, image]: readonly [string, EverydayImage]): boolean {
  if (values.only.length > 0) return values.only.includes(name);
  if (values.kind !== undefined && image.kind !== values.kind) return false;
  const last = results[name];
  return !values.failed || last === undefined || last.failed !== undefined;
}

async function keptResults(): Promise<ImageResults> {
  return parseResults(await readFile(file, "utf8").catch(() => "{}"));
}

/** In the table's order, so that a change of one image is a change of one place. */
function inOrder(all: ImageResults): ImageResults {
  return Object.fromEntries(
    Object.keys(everydayImages).flatMap((name) => {
      const result = all[name];
      return result === undefined ? [] : [[name, result]];
    }),
  );
}
