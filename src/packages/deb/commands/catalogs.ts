import { byKey } from "../../../order.ts";
import { fromBytes } from "../../scripts/bytes.ts";
import type { Command, CommandCall } from "../../scripts/command.ts";
import { readOptions } from "../../scripts/commands/options.ts";
import { below, folderOf } from "../../scripts/commands/paths.ts";
import { complain } from "../../scripts/commands/report.ts";
import { readLines, writeLines } from "../../commands/lines-file.ts";

const XML_FOLDER = "/etc/xml";
const XML_DATA = "/var/lib/xml-core";
const XML_PARTS = "/usr/share/xml-core";

/**
 * `update-xmlcatalog` of xml-core: an entry of the root catalog, of a package's or of a local one.
 * Entries are sorted, where the original writes them in the order of a Perl hash, which is another
 * one each time.
 */
export const updateXmlCatalog: Command = (call) => {
  const { has, value, operands } = readOptions(call, {
    add: "--add",
    remove: "--del",
    file: "--file=",
    id: "--id=",
    local: "--local=",
    package: "--package=",
    root: "--root",
    sort: "--sort",
    type: "--type=",
    verbose: "--verbose",
  });
  const isAdded = has("add");
  const type = value("type") ?? "";
  const id = value("id");
  const local = value("local");
  const owner = value("package");
  const isWhole = /^(?:public|system|uri)$/.test(type) && id !== undefined && operands.length === 0;
  if (!isWhole || isAdded === has("remove")) return complain(call, "error: wrong arguments");
  const { root } = call;
  const packageCatalog = below(XML_FOLDER, `${owner ?? ""}.xml`);
  let catalog = local ?? "";
  let data = below(XML_DATA, catalog.replaceAll("/", "_"));
  let entry = `uri="${value("file") ?? ""}"`;
  let needed = value("file");
  if (has("root")) {
    catalog = below(XML_FOLDER, "catalog");
    data = below(XML_DATA, "catalog");
    entry = `catalog="file://${packageCatalog}"`;
    needed = owner === undefined ? undefined : packageCatalog;
  } else if (owner !== undefined) {
    catalog = packageCatalog;
    data = below(XML_DATA, owner);
    entry = `catalog="file://${local ?? ""}"`;
    needed = local;
  }
  if (catalog === "") return complain(call, "error: catalog not given");
  const isThere = (path: string): boolean => root.stat(path)?.kind === "file";
  if (isAdded && needed === undefined) return complain(call, "error: what to add is not given");
  if (isAdded && needed !== undefined && !isThere(needed)) {
    return complain(call, `error: ${needed} not found`);
  }
  if (!isAdded && !isThere(catalog)) return complain(call, `error: catalog ${catalog} not found`);
  const isLocal = !has("root") && owner === undefined;
  const key = xmlKey(type, id ?? "", isLocal);
  const entries = new Map(
    readLines(call, data).map((line) => {
      const [name = "", content = ""] = line.split(">");
      return [name.replace(/^</, ""), content.replace(/^</, "")];
    }),
  );
  const present = entries.get(key);
  if (isAdded && present !== undefined && present !== entry) {
    return complain(call, "error: entity already registered with a different value");
  }
  if (!isAdded && present === undefined) return complain(call, "error: entity not registered");
  if (isAdded) entries.set(key, entry);
  else entries.delete(key);
  if (isThere(catalog)) {
    if (isThere(`${catalog}.old`)) root.remove(`${catalog}.old`);
    root.rename(catalog, `${catalog}.old`);
  }
  const sorted = [...entries].toSorted(byKey);
  if (sorted.length === 0) {
    if (isThere(data)) root.remove(data);
    return 0;
  }
  writeLines(
    call,
    data,
    sorted.map(([name, content]) => `<${name}><${content}>`),
  );
  writeLines(call, catalog, [
    ...readLines(call, below(XML_PARTS, "catalog.header")),
    ...sorted.map(([name, content]) => `<${name} ${content}/>`),
    ...readLines(call, below(XML_PARTS, "catalog.footer")),
  ]);
  return 0;
};

/** The name of an entry with what it is for; a local catalog leads to files, others to catalogs. */
function xmlKey(type: string, id: string, isLocal: boolean): string {
  if (isLocal) return `${type} ${type === "uri" ? "name" : `${type}Id`}="${id}"`;
  const name = type === "uri" ? "URI" : type[0]?.toUpperCase() + type.slice(1);
  return `delegate${name} ${type === "uri" ? "uri" : `${type}Id`}StartString="${id}"`;
}

const SUPER_CATALOG = "/var/lib/sgml-base/supercatalog";

/** `update-catalog` of sgml-base: entries of catalogs, and the catalog of them all. */
export const updateCatalog: Command = (call) => {
  const { has, operands } = readOptions(call, {
    add: "--add",
    remove: "--remove",
    quiet: "--quiet",
    super: "--super",
    updateSuper: "--update-super",
  });
  const count = [has("add"), has("remove"), has("updateSuper")].filter(Boolean).length;
  const isWhole = has("updateSuper")
    ? operands.length === 0
    : operands.length === (has("super") ? 1 : 2);
  if (count !== 1 || !isWhole) return complain(call, "wrong arguments");
  const tell = (text: string): void => {
    if (!has("quiet")) call.stdout.write(`${text}\n`);
  };
  if (has("updateSuper")) {
    tell("Updating the super catalog...");
    updateSuper(call, tell);
    return 0;
  }
  if (has("super")) {
    call.stdout.write(
      "update-catalog: Suppressing action on super catalog. Invoking trigger instead.\n",
    );
    return call.run(["dpkg-trigger", "/etc/sgml"]);
  }
  const [catalog = "", entry = ""] = operands.map((each) => call.path(each));
  if (/[\\^$*+?{}[\]()|]/.test(entry)) return call.unsupported("an entry that is a pattern");
  tell(
    `${has("add") ? "Adding" : "Removing"} entry ${entry} ${has("add") ? "to" : "from"} catalog ${catalog}...`,
  );
  const isThere = call.root.stat(catalog)?.kind === "file";
  const before = isThere
    ? readLines(call, catalog).filter((line) => !line.includes(entry))
    : readLines(call, "/usr/share/sgml-base/catalog.centralized").map((line) =>
        line.replace("CATALOG", catalog),
      );
  if (isThere) moveAside(call, catalog);
  writeLines(call, catalog, has("add") ? [...before, `CATALOG ${entry}`] : before);
  return 0;
};

function updateSuper(call: CommandCall, tell: (text: string) => void): void {
  const { root } = call;
  const catalogs = root
    .list("/etc/sgml")
    .filter((name) => /^[^.].*\.cat$/.test(name))
    .map((name) => `/etc/sgml/${name}`)
    .filter((path) => {
      const isWhole = namesFiles(call, path);
      if (!isWhole) {
        tell(
          `Warning ignoring catalog \`${path}' which references non-existent catalogs. See man update-catalog for details.`,
        );
      }
      return isWhole;
    });
  if (root.stat(SUPER_CATALOG) !== undefined) moveAside(call, SUPER_CATALOG);
  writeLines(call, SUPER_CATALOG, [
    "--",
    "## This file is created by update-catalog with update-super.",
    "## Please see update-catalog(8) for how to modify this file.",
    "--",
    ...catalogs.map((path) => `CATALOG ${path}`),
  ]);
}

/** Whether all catalogs that a catalog names are there. Source: OASIS TR 401. */
function namesFiles(call: CommandCall, path: string): boolean {
  const text = fromBytes(call.root.read(path));
  call.countSteps(1 + (text.length >> 8));
  let base = folderOf(path);
  let before: string | undefined;
  for (const [token] of text.matchAll(/\s+|--[^]*?--|'[^']*'|"[^"]*"|\S+/g)) {
    if (/^\s|^--/.test(token)) continue;
    const word = token.replace(/^(["'])([^]*)\1$/, "$2");
    if (before === "base") base = word;
    else if (before === "catalog") {
      const file = word.startsWith("/") ? word : `${base}/${word}`;
      if (call.root.stat(file)?.kind !== "file") return false;
    }
    const isVerb = before === undefined || !["base", "catalog"].includes(before);
    before = isVerb ? token.toLowerCase() : undefined;
  }
  return true;
}

function moveAside({ root }: CommandCall, path: string): void {
  if (root.stat(`${path}.old`) !== undefined) root.remove(`${path}.old`);
  root.rename(path, `${path}.old`);
}
