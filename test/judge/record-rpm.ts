/**
 * Asks RPM's own library the questions of test/support/rpm/questions.ts, and writes what it says to
 * test/fixtures/rpm/answers.json, which unit tests compare with. Needs Debian 12's python3-rpm:
 *
 *   node test/judge/record-rpm.ts
 */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { questions } from "../support/rpm/questions.ts";

const script = path.join(import.meta.dirname, "rpm/answers.py");
const input = JSON.stringify(questions());
const answers = execFileSync("python3", [script], { input, encoding: "utf8" });
writeFileSync(path.join(import.meta.dirname, "../fixtures/rpm/answers.json"), `${answers}\n`);
