import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import type { PackageIndex } from "../../../src/packages/package-index.ts";
import {
  dependencyOfEntry,
  formatDependency,
} from "../../../src/packages/rpm/relations/dependency.ts";
import { indexOf, type RpmTexts } from "./an-rpm-index.ts";

/** The sections of `primary.xml`, by the letters of `anRpmIndex`. */
const SECTIONS: ReadonlyMap<string, string> = new Map([
  ["requires", "R"],
  ["provides", "P"],
  ["conflicts", "C"],
  ["obsoletes", "O"],
  ["recommends", "M"],
  ["suggests", "S"],
  ["supplements", "U"],
  ["enhances", "E"],
]);

/**
 * The packages of folders that createrepo made, for tests that trust them: with regular
 * expressions, and all files of the packages from `filelists.xml`. Of modules the given streams are
 * enabled, such as `php:8.2`: what the others hold is left out, and what has the name of a package
 * of an enabled one and is in none.
 */
export async function readRepositories(
  folders: readonly string[],
  modules: readonly string[] = [],
): Promise<PackageIndex> {
  const texts: RpmTexts[] = [];
  for (const folder of folders) {
    const isHidden = await readHidden(folder, modules);
    const files = new Map<string, readonly string[]>();
    for (const { attributes, body } of await readPackages(folder, "filelists"))
      files.set(
        attributes("pkgid"),
        [...body.matchAll(/<file[^>]*>([^<]*)</g)].map(([, name = ""]) => unescapeXml(name)),
      );
    for (const { body } of await readPackages(folder, "primary")) {
      const text = toTexts(body, files);
      if (!isHidden(body) && /^(x86_64|noarch)$/.test(text.architecture ?? "")) texts.push(text);
    }
  }
  return indexOf(texts);
}

async function readHidden(
  folder: string,
  modules: readonly string[],
): Promise<(body: string) => boolean> {
  const yaml = await readMetadata(folder, "modules.yaml").catch(() => "");
  const all = new Set<string>();
  const enabled = new Set<string>();
  for (const document of yaml.split(/^\.\.\.$/m)) {
    const [, name, stream] = /^ {2}name: (\S+)\n {2}stream: (\S+)$/m.exec(document) ?? [];
    const labels = [...document.matchAll(/^ {4}- (\S+:\S+)$/gm)].map(([, label = ""]) => label);
    for (const label of labels) all.add(label);
    if (modules.includes(`${name}:${stream}`)) for (const label of labels) enabled.add(label);
  }
  const names = new Set([...enabled].map(nameIn));
  return (body) => {
    const label = labelOf(body);
    return all.has(label) ? !enabled.has(label) : names.has(nameIn(label));
  };
}

function nameIn(label: string): string {
  return label.replace(/-\d+:.*$/, "");
}

async function readMetadata(folder: string, kind: string): Promise<string> {
  const place = path.join(folder, "repodata");
  const names = await readdir(place);
  const file = names.find((name) => name.replace(/^[0-9a-f]{64}-/, "") === `${kind}.gz`);
  if (file === undefined) throw new Error(`${folder} has no ${kind}`);
  return gunzipSync(await readFile(path.join(place, file))).toString();
}

interface Element {
  readonly attributes: (name: string) => string;
  readonly body: string;
}

async function readPackages(folder: string, kind: string): Promise<readonly Element[]> {
  const xml = await readMetadata(folder, `${kind}.xml`);
  return [...xml.matchAll(/<package ([^>]*)>(.*?)<\/package>/gs)].map(
    ([, head = "", body = ""]) => ({
      attributes: (name) => attribute(head, name) ?? "",
      body,
    }),
  );
}

function toTexts(body: string, files: ReadonlyMap<string, readonly string[]>): RpmTexts {
  const pkgid = /<checksum[^>]*>([^<]*)</.exec(body)?.[1] ?? "";
  const version = dependencyOfEntry("", { flags: "EQ", ...versionOf(body) }).constraint?.version;
  const fields = new Map<string, readonly string[]>([["F", files.get(pkgid) ?? []]]);
  for (const [section, letter] of SECTIONS) {
    const [, inner = ""] =
      new RegExp(`<rpm:${section}>(.*?)</rpm:${section}>`, "s").exec(body) ?? [];
    fields.set(
      letter,
      [...inner.matchAll(/<rpm:entry ([^>]*)>/g)].map(([, head = ""]) =>
        formatDependency(
          dependencyOfEntry(attribute(head, "name") ?? "", {
            flags: attribute(head, "flags"),
            epoch: attribute(head, "epoch"),
            ver: attribute(head, "ver"),
            rel: attribute(head, "rel"),
          }),
        ),
      ),
    );
  }
  return {
    name: textOf(body, "name"),
    version: version ?? "",
    architecture: textOf(body, "arch"),
    fields,
  };
}

function labelOf(body: string): string {
  const { epoch, ver, rel } = versionOf(body);
  return `${textOf(body, "name")}-${epoch}:${ver}-${rel}.${textOf(body, "arch")}`;
}

function versionOf(body: string): Readonly<Record<"epoch" | "ver" | "rel", string>> {
  const [, head = ""] = /<version ([^>]*)>/.exec(body) ?? [];
  const of = (name: string): string => attribute(head, name) ?? "";
  return { epoch: of("epoch"), ver: of("ver"), rel: of("rel") };
}

function textOf(body: string, name: string): string {
  return new RegExp(`<${name}>([^<]*)<`).exec(body)?.[1] ?? "";
}

function attribute(head: string, name: string): string | undefined {
  const value = new RegExp(`(?:^|\\s)${name}="([^"]*)"`).exec(head)?.[1];
  return value === undefined ? undefined : unescapeXml(value);
}

function unescapeXml(text: string): string {
  return text
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&apos;", "'")
    .replaceAll("&amp;", "&");
}
