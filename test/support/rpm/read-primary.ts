import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import type { PackageIndex } from "../../../src/packages/package-index.ts";
import { dependencyOfEntry, formatDependency } from "../../../src/packages/rpm/dependency.ts";
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
 * The packages of folders that createrepo made, for tests that trust them: with regular expressions,
 * and all files of the packages from `filelists.xml`. `isLeftOut` is asked of each package's label,
 * `name-epoch:version-release.architecture`, as `modules.yaml` writes it.
 */
export async function readRepositories(
  folders: readonly string[],
  isLeftOut: (label: string) => boolean = () => false,
): Promise<PackageIndex> {
  const texts: RpmTexts[] = [];
  for (const folder of folders) {
    const files = new Map<string, readonly string[]>();
    for (const { attributes, body } of await readPackages(folder, "filelists"))
      files.set(
        attributes("pkgid"),
        [...body.matchAll(/<file[^>]*>([^<]*)</g)].map(([, name = ""]) => unescapeXml(name)),
      );
    for (const { body } of await readPackages(folder, "primary")) {
      const text = toTexts(body, files);
      if (!isLeftOut(labelOf(body)) && /^(x86_64|noarch)$/.test(text.architecture ?? ""))
        texts.push(text);
    }
  }
  return indexOf(texts);
}

interface Element {
  readonly attributes: (name: string) => string;
  readonly body: string;
}

async function readPackages(folder: string, kind: string): Promise<readonly Element[]> {
  const place = path.join(folder, "repodata");
  const file = (await readdir(place)).find((name) => name.endsWith(`-${kind}.xml.gz`));
  if (file === undefined) throw new Error(`${folder} has no ${kind}`);
  const xml = gunzipSync(await readFile(path.join(place, file))).toString();
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
