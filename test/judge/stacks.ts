/**
 * `npm run judge:stacks`: every stack built with and without packages at hand, brought up with and
 * without data, and proved. What was measured is kept in stacks/results.json, from which
 * docs/stacks.md is made. Needs an Engine, and for figures that mean something a machine that does
 * nothing else.
 *
 *   npm run judge:stacks                        all, one after the other
 *   npm run judge:stacks -- --only three-tier   some, the others as they were
 */
import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import { stacksPage } from "../../docs/stacks-page.ts";
import { ensureKeycloakArchive } from "../support/keycloak-archive.ts";
import { interruption } from "./interruption.ts";
import { measureStack, type StackFolder } from "./stacks/measure-stack.ts";
import { parsePublicImages } from "./stacks/public-images.ts";
import { parseStackResults, type StackResults } from "./stacks/results.ts";

const root = path.resolve(import.meta.dirname, "../..");
const file = path.join(import.meta.dirname, "stacks/results.json");
const page = path.join(root, "docs/stacks.md");

const identity = {
  profiles: "identity",
  note: "QClock with `--profile identity`. Keycloak's archive was in the store also for the cold build.",
  prepare: async (store: string): Promise<void> => {
    if (!(await ensureKeycloakArchive(store))) throw new Error("Keycloak's archive is needed.");
  },
};

const { values } = parseArgs({
  options: { only: { type: "string", multiple: true, default: [] } },
});
const stacks = await stackFolders();
const unknown = values.only.filter((name) => !stacks.has(name));
if (unknown.length > 0) throw new Error(`there is no stack ${unknown.join(", ")}`);

const publicImages = parsePublicImages(
  await readFile(path.join(import.meta.dirname, "stacks/public-images.json"), "utf8"),
);
const signal = interruption();
let results: StackResults = parseStackResults(await readFile(file, "utf8").catch(() => "{}"));
for (const [name, folder] of stacks) {
  if (values.only.length > 0 && !values.only.includes(name)) continue;
  const result = await measureStack(folder, signal);
  const { coldBuild, buildAtHand, noopBuild, firstUp, againUp } = result;
  console.log(
    `${name}: cold ${coldBuild} s, packages at hand ${buildAtHand} s, nothing to do ${noopBuild} s, up ${firstUp} s, again ${againUp} s`,
  );
  const measured = new Map(Object.entries({ ...results, [name]: result }));
  // In the order of the folders, so that a change of one stack is a change of one place.
  results = Object.fromEntries(
    [...stacks.keys()].flatMap((each) => {
      const kept = measured.get(each);
      return kept === undefined ? [] : [[each, kept]];
    }),
  );
  // After each stack, so that an end before the last one loses nothing.
  await writeFile(file, `${JSON.stringify(results, undefined, 2)}\n`);
  await writeFile(page, stacksPage(results, publicImages));
}

/** QClock without and with its identity service, and the folders of `stacks` with a manifest. */
async function stackFolders(): Promise<ReadonlyMap<string, StackFolder>> {
  const folders: [string, StackFolder][] = [];
  for (const entry of (await readdir(path.join(root, "stacks"))).toSorted()) {
    const directory = path.join(root, "stacks", entry);
    const files: readonly string[] = await readdir(directory).catch(() => []);
    if (files.includes("stack.config.yaml")) folders.push([entry, { directory, files }]);
  }
  const own = { directory: root, files: ["stack.config.yaml", "stack.lock.yaml", "images"] };
  return new Map<string, StackFolder>([
    ["qclock", own],
    ["qclock-identity", { ...own, ...identity }],
    ...folders,
  ]);
}
