/**
 * Asks RPM's own library the questions of test/support/rpm/questions.ts, and has it expand the
 * texts of macro-cases.ts beside it. Writes what it says to test/fixtures/rpm, which unit tests
 * compare with. Needs Debian 12's rpm and python3-rpm:
 *
 *   node test/judge/record-rpm.ts
 */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { MACRO_FILE, MACRO_TEXTS } from "../support/rpm/macro-cases.ts";
import { questions } from "../support/rpm/questions.ts";
import { temporaryFolder } from "../support/temporary-store.ts";

const script = path.join(import.meta.dirname, "rpm/answers.py");
const input = JSON.stringify(questions());
const answers = execFileSync("python3", [script], { input, encoding: "utf8" });
const fixtures = path.join(import.meta.dirname, "../fixtures/rpm");
writeFileSync(path.join(fixtures, "answers.json"), `${answers}\n`);

await using folder = await temporaryFolder();
const macros = path.join(folder.path, "macros");
writeFileSync(macros, MACRO_FILE);
const expanded = MACRO_TEXTS.map((text) =>
  execFileSync("rpm", ["--macros", macros, "--eval", text], {
    encoding: "utf8",
    // Of a macro without a body rpm says each time that it has none.
    stdio: ["ignore", "pipe", "ignore"],
  }),
);
writeFileSync(path.join(fixtures, "macros.json"), `${JSON.stringify(expanded, undefined, 1)}\n`);
