import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { fromBytes, toBytes } from "../../../scripts/bytes.ts";
import type { Command, CommandCall } from "../../../scripts/command.ts";
import { readOptions } from "../../../scripts/commands/options.ts";
import { formatLdifLine, type LdifLine, parseLdif } from "./ldif.ts";

const CONFIG = "cn=config";

/** How deep files may include each other. */
const DEPTH = 5;

/** Attributes in the order in which entries of the configuration have them. */
const ORDER = [
  "objectClass",
  "cn",
  "olcDatabase",
  "olcDbDirectory",
  "olcSuffix",
  "olcAccess",
  "olcLastMod",
  "olcRootDN",
  "olcRootPW",
  "olcSizeLimit",
  "olcDbCheckpoint",
  "olcDbIndex",
  "olcDbMaxSize",
  "olcArgsFile",
  "olcLogLevel",
  "olcPidFile",
  "olcToolThreads",
  "olcModulePath",
  "olcModuleLoad",
  "olcAttributeTypes",
  "olcObjectClasses",
];

/** Attributes whose values are numbered. */
const NUMBERED = new Set(["olcAccess", "olcModuleLoad", "olcAttributeTypes", "olcObjectClasses"]);
/** Classes that others are added to, and that do not say what an entry is. */
const AUXILIARY = new Set(["olcFrontendConfig"]);

/**
 * `slapadd -F FOLDER -b SUFFIX -l FILE` of OpenLDAP: the server's configuration is written as its
 * files. Of any other suffix it is the first data, which belong into a volume.
 */
export const slapadd: Command = (call) => {
  const { value, given, operands } = readOptions(call, {
    folder: "-F=",
    suffix: "-b=",
    file: "-l=",
  });
  const [folder, suffix, file] = [value("folder"), value("suffix"), value("file")];
  if (folder === undefined || file === undefined || given.length !== 3 || operands.length > 0)
    return call.unsupported("slapadd with these options");
  if (suffix !== CONFIG) return 0;
  const writer = new ConfigurationWriter(call, folder);
  for (const record of recordsOf(call, call.path(file), 0)) writer.add(record);
  return 0;
};

/** Records of a file, and those of files that it includes, where it does. */
function* recordsOf(
  call: CommandCall,
  file: string,
  depth: number,
): Generator<readonly LdifLine[]> {
  if (depth > DEPTH) call.unsupported("files of LDIF that include each other");
  const content = call.root.read(file);
  // Files with nothing to add to the configuration count as well.
  call.countSteps(10 + (content.length >> 8));
  const records = parseLdif(fromBytes(content));
  if (records === undefined) return call.unsupported("a file of LDIF of another form");
  for (const record of records) {
    if (!record.every(({ name }) => name === "include")) yield record;
    else
      for (const { value } of record)
        yield* recordsOf(call, value.replace(/^file:\/\//, ""), depth + 1);
  }
}

/** Writes entries of `cn=config`, each a file below that of its parent. */
class ConfigurationWriter {
  readonly #call: CommandCall;
  readonly #folder: string;
  /** Names of entries as the file has them, and as they are with their numbers. */
  readonly #names = new Map<string, readonly string[]>();
  readonly #counts = new Map<string, number>();
  /** Who makes entries: the administrator from the entry on that names one. */
  #author = CONFIG;
  #written = 0;

  constructor(call: CommandCall, folder: string) {
    this.#call = call;
    this.#folder = folder;
  }

  add([first, ...lines]: readonly LdifLine[]): void {
    const { root } = this.#call;
    this.#call.countSteps(10 + lines.length);
    const name = first?.name === "dn" ? first.value : "";
    const [, own = "", parent] = /^([^,]+)(?:,(.+))?$/.exec(name) ?? [];
    const above = parent === undefined ? [] : this.#names.get(parent);
    if (above === undefined || (parent === undefined && name !== CONFIG))
      return this.#call.unsupported(`the entry ${name} of OpenLDAP's configuration`);
    const numbered = this.#numbered(own, above);
    const steps = [...above, numbered];
    this.#names.set(name, steps);
    const path = [this.#folder, ...steps].join("/");
    const text = `dn: ${numbered}\n${this.#body(numbered, lines)}`;
    const sum = crc32(text).toString(16).padStart(8, "0");
    const head = `# AUTO-GENERATED FILE - DO NOT EDIT!! Use ldapmodify.\n# CRC32 ${sum}\n`;
    const container = path.slice(0, path.lastIndexOf("/"));
    if (root.stat(container) === undefined) root.mkdir(container, 0o750);
    root.write(`${path}.ldif`, toBytes(head + text), 0o600);
  }

  /** Databases and schemas have numbers: the configuration's own database is the first. */
  #numbered(own: string, above: readonly string[]): string {
    const [, attribute = "", value = ""] = /^([^=]+)=(.*)$/.exec(own) ?? [];
    const isSchema = above.at(-1) === "cn=schema";
    if (value.includes("{") || (attribute !== "olcDatabase" && !isSchema)) return own;
    if (own === "olcDatabase=config") return "olcDatabase={0}config";
    const start = isSchema ? 0 : 1;
    const number = this.#counts.get(attribute) ?? start;
    this.#counts.set(attribute, number + 1);
    return `${attribute}={${number}}${value}`;
  }

  #body(numbered: string, lines: readonly LdifLine[]): string {
    const [, naming = "", name = ""] = /^([^=]+)=(.*)$/.exec(numbered) ?? [];
    const byName = Map.groupBy(lines, (line) => line.name);
    const unknown = [...byName.keys()].find((each) => !ORDER.includes(each));
    if (unknown !== undefined)
      return this.#call.unsupported(`${unknown} in OpenLDAP's configuration`);
    byName.set(naming, [{ name: naming, value: name }]);
    const text = ORDER.flatMap((attribute) =>
      (byName.get(attribute) ?? []).map(({ value }, index) => {
        const number = NUMBERED.has(attribute) && !/^\{\d+\}/.test(value) ? `{${index}}` : "";
        const line = { name: attribute, value: number + value };
        return formatLdifLine(line, attribute === "olcRootPW");
      }),
    ).join("");
    const classes = (byName.get("objectClass") ?? []).map(({ value }) => value);
    const structural = classes.findLast((each) => !AUXILIARY.has(each)) ?? "";
    const tail = this.#operational(structural, numbered + text);
    if (naming === "olcDatabase" && name === "{0}config")
      this.#author = byName.get("olcRootDN")?.[0]?.value ?? this.#author;
    return text + tail;
  }

  /** What the server adds: the time is the image's, the identity of an entry is of its content. */
  #operational(structural: string, content: string): string {
    const digest = createHash("sha256").update(content).digest("hex");
    const identity = digest.replace(
      /^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/,
      (_, ...groups: string[]) => {
        const [low, middle, high, clock, node] = groups;
        return `${low}-${middle}-5${high}-8${clock}-${node}`;
      },
    );
    const time = new Date(this.#call.now * 1000).toISOString().replaceAll(/[-:T]|\.\d+Z/g, "");
    const change = String(this.#written++).padStart(6, "0");
    return [
      `structuralObjectClass: ${structural}`,
      `entryUUID: ${identity}`,
      `creatorsName: ${this.#author}`,
      `createTimestamp: ${time}Z`,
      `entryCSN: ${time}.${change}Z#000000#000#000000`,
      `modifiersName: ${this.#author}`,
      `modifyTimestamp: ${time}Z`,
      "",
    ].join("\n");
  }
}
