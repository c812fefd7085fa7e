/**
 * `npm run judge:dnf`: sets of packages, each resolved by qclock and by dnf into an empty root,
 * from small repositories made at random, or from those that were made elsewhere. Where several
 * packages are equally good, qclock asks and dnf goes by the alphabet: with that they are compared.
 * Fails with 1 when a set differs, or when one of the two finds a set and the other none. Needs
 * Debian's dnf. See `docs/lock.md` for what came of it.
 *
 *   npm run judge:dnf -- --count 500 --seed 9
 *   npm run judge:dnf -- --folders "REPO/baseos REPO/appstream"
 *          --modules "php:8.2"                            each package, and random sets of three
 */
import path from "node:path";
import { parseArgs } from "node:util";
import type { PackageIndex } from "../../src/packages/package-index.ts";
import { indexOf, readLine } from "../support/rpm/an-rpm-index.ts";
import { readRepositories } from "../support/rpm/read-primary.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { temporaryFolder } from "../support/temporary-store.ts";
import { askDnf, type DnfRequest } from "./dnf/ask-dnf.ts";
import { compareWithDnf, type DnfVerdict } from "./dnf/compare.ts";
import { aUniverse } from "./dnf/universe.ts";
import { writeRepository } from "./dnf/write-repository.ts";

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "300" },
    seed: { type: "string", default: "9" },
    folders: { type: "string" },
    modules: { type: "string", default: "" },
  },
});

const random = seededRandom(Number(values.seed));
await using folder = await temporaryFolder();
const judged =
  values.folders === undefined
    ? await randomOnes(Number(values.count))
    : [await existing(values.folders.split(/\s+/), Number(values.count))];
const answers = await askDnf(judged.map(({ request }) => request));
const counts: Record<DnfVerdict["type"], number> = {
  same: 0,
  tie: 0,
  neither: 0,
  "only-dnf": 0,
  "only-qclock": 0,
  differs: 0,
};
for (const [at, { index, request, lines }] of judged.entries()) {
  for (const [which, wanted] of request.sets.entries()) {
    const answer = answers[at]?.[which];
    if (answer === undefined) throw new Error("dnf gave no answer");
    const verdict = compareWithDnf(index, wanted, answer);
    counts[verdict.type] += 1;
    if ("message" in verdict)
      console.log(`${wanted.join(" ")}: ${verdict.type}: ${verdict.message}\n${lines.join("\n")}`);
  }
}
console.log(counts);
process.exitCode = counts["only-dnf"] + counts["only-qclock"] + counts.differs === 0 ? 0 : 1;

interface Judged {
  readonly index: PackageIndex;
  readonly request: DnfRequest;
  /** Of a repository that is small enough to be read. */
  readonly lines: readonly string[];
}

async function randomOnes(count: number): Promise<readonly Judged[]> {
  const made: Judged[] = [];
  for (let at = 0; at < count; at += 1) {
    const lines = aUniverse(random);
    const texts = lines.map(readLine);
    const place = path.join(folder.path, `${at}`);
    await writeRepository(place, texts);
    const sets = [["a"], ["a", "b"], ["c", "d"], ["e"]];
    made.push({ index: indexOf(texts), request: { folders: [place], modules: [], sets }, lines });
  }
  return made;
}

async function existing(folders: readonly string[], count: number): Promise<Judged> {
  const modules = values.modules.split(/\s+/).filter((each) => each !== "");
  const index = await readRepositories(folders, modules);
  const names = [...index.names()].toSorted();
  const one = (): string => names[Math.floor(random() * names.length)] ?? "";
  const sets = [
    ...names.map((name) => [name]),
    ...Array.from({ length: count }, () => [...new Set([one(), one(), one()])]),
  ];
  return { index, request: { folders, modules, sets }, lines: [] };
}
