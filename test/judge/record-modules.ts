/**
 * Lets the query programs of Debian 12 look at modules in a root, and writes what they say to
 * test/fixtures/commands/modules.json. As root, with a root that holds libgtk-3-0, libgtk2.0-0,
 * libgdk-pixbuf-2.0-0, libglib2.0-0 and the modules.
 *
 *   node test/judge/record-modules.ts FOLDER
 */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";

const root = process.argv[2];
if (root === undefined) throw new Error("needs the folder of a root");
const target = path.join(import.meta.dirname, "../fixtures/commands/modules.json");
const libraries = "/usr/lib/x86_64-linux-gnu";
const run = (...argv: readonly string[]): string => {
  const env = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", HOME: "/root", LC_ALL: "C" };
  const { status, stdout } = spawnSync("chroot", [root, ...argv], { encoding: "latin1", env });
  if (status !== 0) throw new Error(`${argv[0]} fails`);
  return stdout;
};
const read = (file: string): string => fs.readFileSync(path.join(root, file), "latin1");
const loaders = `${libraries}/gdk-pixbuf-2.0/2.10.0/loaders`;
const names = fs.readdirSync(path.join(root, loaders)).toSorted();
run(`${libraries}/glib-2.0/gio-querymodules`, `${libraries}/gio/modules`);
run(`${libraries}/libgtk-3-0/gtk-query-immodules-3.0`, "--update-cache");
run(`${libraries}/libgtk2.0-0/gtk-query-immodules-2.0`, "--update-cache");
const record = {
  loaders: run(
    `${libraries}/gdk-pixbuf-2.0/gdk-pixbuf-query-loaders`,
    ...names.map((name) => `${loaders}/${name}`),
  ),
  "gio/modules/giomodule.cache": read(`${libraries}/gio/modules/giomodule.cache`),
  "gtk-3.0/3.0.0/immodules.cache": read(`${libraries}/gtk-3.0/3.0.0/immodules.cache`),
  "gtk-2.0/2.10.0/immodules.cache": read(`${libraries}/gtk-2.0/2.10.0/immodules.cache`),
};
fs.writeFileSync(target, `${JSON.stringify(record, undefined, 1)}\n`);
