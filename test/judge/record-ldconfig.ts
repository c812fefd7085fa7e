/**
 * Lets the real ldconfig of Debian 12 make the cache of a small root, and writes it to
 * test/fixtures/commands/ld-so-cache.json. As root:
 *
 *   node test/judge/record-ldconfig.ts
 */
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { libraryConfiguration, libraryTree, sharedLibrary } from "../support/a-shared-library.ts";
import { temporaryFolder } from "../support/temporary-store.ts";

const target = path.join(import.meta.dirname, "../fixtures/commands/ld-so-cache.json");
await using folder = await temporaryFolder();
const root = fs.realpathSync(folder.path);
fs.mkdirSync(path.join(root, "usr/lib"), { recursive: true });
fs.symlinkSync("usr/lib", path.join(root, "lib"));
for (const [name, { soname, link }] of Object.entries(libraryTree)) {
  const at = path.join(root, name);
  fs.mkdirSync(path.dirname(at), { recursive: true });
  if (link === undefined) fs.writeFileSync(at, sharedLibrary(soname), { mode: 0o644 });
  else fs.symlinkSync(link, at);
}
for (const [name, text] of Object.entries(libraryConfiguration)) {
  const at = path.join(root, name);
  fs.mkdirSync(path.dirname(at), { recursive: true });
  fs.writeFileSync(at, text);
}
execFileSync("/sbin/ldconfig", ["-r", root]);
const version = execFileSync("dpkg-query", ["-W", "-f=${Version}", "libc-bin"], {
  encoding: "utf8",
});
const links = fs.readdirSync(path.join(root, "usr/lib/x86_64-linux-gnu")).toSorted();
const cache = fs.readFileSync(path.join(root, "etc/ld.so.cache")).toString("base64");
const older = fs.readdirSync(path.join(root, "usr/lib")).toSorted();
fs.writeFileSync(target, `${JSON.stringify({ version, links, older, cache }, undefined, 1)}\n`);
