import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Parser } from "../../src/packages/scripts/shell/parse/parser.ts";
import { ScriptSyntaxError } from "../../src/packages/scripts/shell/parse/syntax-error.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { mutateScript, readCorpus } from "../support/shell-corpus.ts";

const PACKAGES = "/var/lib/dpkg/info";

/** Parse changed scripts here and with `dash -n`. Gives how many only one of the two takes. */
export function fuzzParser(
  folder: string,
  { count, seed }: { readonly count: number; readonly seed: number },
): number {
  const scripts = installedScripts();
  const refused = scripts.filter(({ text }) => complaint(text) !== undefined);
  for (const { name, text } of refused) console.log(`${name}: ${complaint(text)}`);
  console.log(`${scripts.length} scripts of packages, ${refused.length} refused`);
  const random = seededRandom(seed);
  const pool = [...scripts, ...readCorpus()].filter(({ text }) => text.length < 4000);
  const file = path.join(folder, "mutant");
  let differ = 0;
  for (let at = 0; at < count; at++) {
    const text = mutateScript(pool[Math.floor(random() * pool.length)]?.text ?? "", random);
    writeFileSync(file, text, "latin1");
    const { status, stderr } = spawnSync("dash", ["-n", file], { encoding: "latin1" });
    const ours = complaint(text);
    if ((ours === undefined) === (status === 0)) continue;
    differ++;
    console.log(`=== ${text}\n--- dash: ${stderr}--- qclock: ${ours ?? "takes it"}`);
  }
  console.log(`${count} changed scripts, ${differ} taken by one of the two only`);
  return differ + refused.length;
}

function installedScripts(): readonly { readonly name: string; readonly text: string }[] {
  if (!existsSync(PACKAGES)) return [];
  return readdirSync(PACKAGES)
    .filter((name) => /\.(?:preinst|postinst|prerm|postrm|config)$/.test(name))
    .map((name) => ({ name, text: readFileSync(path.join(PACKAGES, name), "latin1") }))
    .filter(({ text }) => /^#! ?\/bin\/(?:da|ba)?sh/.test(text));
}

function complaint(text: string): string | undefined {
  const dialect = /^#! ?\/bin\/bash/.test(text) ? "bash" : "dash";
  const parser = new Parser(text, { dialect, alias: () => undefined, depth: 150 });
  try {
    while (parser.next() !== "end");
    return undefined;
  } catch (error) {
    if (error instanceof ScriptSyntaxError) return error.message;
    throw error;
  }
}
