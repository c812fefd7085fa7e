import { fromBytes, toBytes } from "../../scripts/bytes.ts";
import type { Command, CommandCall } from "../../scripts/command.ts";
import { makeFolders } from "../../scripts/commands/mkdir.ts";
import { below, isFolder } from "../../scripts/commands/paths.ts";

const SOURCES = ["/usr/share/hunspell", "/usr/share/myspell/dicts"];
const CACHE = "/var/cache/postgresql/dicts";
const SHARED = "/usr/share/postgresql";

/** `pg_updatedicts` of postgresql-common: dictionaries of the system for PostgreSQL, in UTF-8. */
export const pgUpdatedicts: Command = (call) => {
  const { root } = call;
  makeFolders({ ...call, umask: 0o022 }, CACHE);
  call.stdout.write(
    "Building PostgreSQL dictionaries from installed myspell/hunspell packages...\n",
  );
  const folders = namesIn(call, SHARED)
    .filter((version) => root.stat(`/usr/lib/postgresql/${version}/bin/postgres`) !== undefined)
    .map((version) => `${SHARED}/${version}/tsearch_data`)
    .filter((folder) => isFolder(root, folder));
  const current = new Set<string>();
  for (const source of SOURCES) {
    for (const name of namesIn(call, source).filter((each) => each.endsWith(".aff"))) {
      const stem = below(source, name.slice(0, -".aff".length));
      if (root.lstat(`${stem}.aff`)?.kind !== "file") continue;
      const encoding = /^SET ([\w-]+)\s*$/m.exec(fromBytes(root.read(`${stem}.aff`)))?.[1];
      if (root.stat(`${stem}.dic`)?.kind !== "file" || encoding === undefined) continue;
      const locale = name.slice(0, -".aff".length).toLowerCase();
      call.stdout.write(`  ${locale}\n`);
      for (const [from, to] of [
        ["aff", "affix"],
        ["dic", "dict"],
      ] as const) {
        const cached = `${CACHE}/${locale}.${to}`;
        root.write(cached, inUtf8(call, root.read(`${stem}.${from}`), encoding), 0o644);
        current.add(cached);
        for (const folder of folders) {
          const link = `${folder}/${locale}.${to}`;
          current.add(link);
          const present = root.lstat(link);
          if (present !== undefined && present.kind !== "symlink") continue;
          if (present !== undefined) root.remove(link);
          root.symlink(cached, link);
        }
      }
    }
  }
  call.stdout.write("Removing obsolete dictionary files:\n");
  const links = folders.flatMap((folder) =>
    namesIn(call, folder)
      .filter((name) => /\.(?:affix|dict)$/.test(name))
      .map((name) => below(folder, name))
      .filter((path) => root.lstat(path)?.kind === "symlink"),
  );
  const cached = namesIn(call, CACHE).map((name) => below(CACHE, name));
  for (const path of [...cached, ...links].filter((each) => !current.has(each))) {
    call.stdout.write(`  ${path}\n`);
    root.remove(path);
  }
  return 0;
};

function namesIn({ root }: CommandCall, folder: string): readonly string[] {
  return isFolder(root, folder) ? root.list(folder) : [];
}

function inUtf8(call: CommandCall, bytes: Uint8Array, encoding: string): Uint8Array {
  call.countSteps(1 + (bytes.length >> 8));
  if (/^UTF-?8$/i.test(encoding)) return bytes;
  if (!/^ISO-?8859-1$/i.test(encoding)) return call.unsupported(`the encoding ${encoding}`);
  return toBytes(Buffer.from(fromBytes(bytes), "utf8").toString("latin1"));
}
