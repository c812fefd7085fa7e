/**
 * Writes to test/fixtures/deb-essential.json what the packages bring that every Debian 12 has:
 * their programs and the accounts of base-passwd. Unit tests compare with it. On Debian 12:
 *
 *   node test/judge/record-essential.ts
 */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

const listed = execFileSync("dpkg-query", ["-W", "-f", "${Essential} ${Package}\n"], {
  encoding: "utf8",
});
const names = [...listed.matchAll(/^yes (.*)$/gm)].map(([, name = ""]) => name);
// Not essential itself, but the usual one of those that bring `awk`.
const programs = Object.fromEntries(
  [...names, "mawk"].toSorted().map((name) => {
    const files = execFileSync("dpkg-query", ["-L", name], { encoding: "utf8" });
    const found = [...files.matchAll(/^(?:\/usr)?\/s?bin\/([^/\n]+)$/gm)];
    return [name, [...new Set(found.map(([, program = ""]) => program))].toSorted()];
  }),
);
const accounts = (file: string): string =>
  readFileSync(path.join("/usr/share/base-passwd", file), "utf8");
const record = {
  programs,
  passwd: accounts("passwd.master"),
  group: accounts("group.master"),
};
const target = path.join(import.meta.dirname, "../fixtures/deb-essential.json");
writeFileSync(target, `${JSON.stringify(record, undefined, 1)}\n`);
