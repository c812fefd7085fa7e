import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { gzipSync } from "node:zlib";
import {
  parseDependency,
  type RpmDependency,
} from "../../../src/packages/rpm/relations/dependency.ts";
import { LETTERS, type RpmTexts } from "../../support/rpm/an-rpm-index.ts";

/** The sections of `primary.xml`, by the letters of `anRpmIndex`. */
const SECTIONS = [
  "requires",
  "provides",
  "conflicts",
  "obsoletes",
  "recommends",
  "suggests",
  "supplements",
  "enhances",
];

const WORDS = { "<": "LT", "<=": "LE", "=": "EQ", ">=": "GE", ">": "GT" };

/** Write the metadata of a repository whose packages nobody will fetch. */
export async function writeRepository(
  folder: string,
  packages: readonly RpmTexts[],
): Promise<void> {
  const repodata = path.join(folder, "repodata");
  await mkdir(repodata, { recursive: true });
  const files = new Map([
    [
      "primary",
      `<metadata xmlns="http://linux.duke.edu/metadata/common" xmlns:rpm="http://linux.duke.edu/metadata/rpm" packages="${packages.length}">${packages.map(toPrimary).join("")}</metadata>`,
    ],
    [
      "filelists",
      `<filelists xmlns="http://linux.duke.edu/metadata/filelists" packages="${packages.length}">${packages.map(toFilelist).join("")}</filelists>`,
    ],
  ]);
  let data = "";
  for (const [kind, xml] of files) {
    const bytes = gzipSync(`<?xml version="1.0" encoding="UTF-8"?>\n${xml}`);
    await writeFile(path.join(repodata, `${kind}.xml.gz`), bytes);
    data += `<data type="${kind}"><checksum type="sha256">${sha256(bytes)}</checksum><location href="repodata/${kind}.xml.gz"/><timestamp>1</timestamp><size>${bytes.length}</size></data>`;
  }
  await writeFile(
    path.join(repodata, "repomd.xml"),
    `<?xml version="1.0" encoding="UTF-8"?>\n<repomd xmlns="http://linux.duke.edu/metadata/repo"><revision>1</revision>${data}</repomd>`,
  );
}

function toPrimary(texts: RpmTexts): string {
  const { name, version, fields } = texts;
  const self = parseDependency(`${name} = ${version}`);
  const sections = SECTIONS.map((section, at) => {
    const entries = (fields.get(LETTERS[at] ?? "") ?? []).map(parseDependency);
    const all = section === "provides" ? [self, ...entries] : entries;
    return `<rpm:${section}>${all.map(toEntry).join("")}</rpm:${section}>`;
  });
  return `<package type="rpm"><name>${name}</name><arch>noarch</arch><version ${versionOf(self)}/><checksum type="sha256" pkgid="YES">${idOf(texts)}</checksum><summary/><description/><packager/><url/><time file="1" build="1"/><size package="1" installed="1" archive="1"/><location href="${name}-${version}.rpm"/><format><rpm:license>MIT</rpm:license><rpm:vendor/><rpm:group/><rpm:buildhost/><rpm:sourcerpm>${name}.src.rpm</rpm:sourcerpm><rpm:header-range start="1" end="2"/>${sections.join("")}${filesOf(texts, isListed)}</format></package>`;
}

function toFilelist(texts: RpmTexts): string {
  const { name, version } = texts;
  const files = filesOf(texts, () => true);
  return `<package pkgid="${idOf(texts)}" name="${name}" arch="noarch"><version ${versionOf(parseDependency(`${name} = ${version}`))}/>${files}</package>`;
}

function filesOf({ fields }: RpmTexts, isMeant: (file: string) => boolean): string {
  const files = (fields.get("F") ?? []).filter(isMeant);
  return files.map((file) => `<file>${escapeXml(file)}</file>`).join("");
}

/**
 * Paths that createrepo puts into the list of packages as well, where libsolv looks for them alone.
 */
function isListed(file: string): boolean {
  return file.startsWith("/etc/") || file.includes("bin/") || file === "/usr/lib/sendmail";
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function idOf({ name, version }: RpmTexts): string {
  return sha256(Buffer.from(`${name} ${version}`));
}

function toEntry({ name, constraint }: RpmDependency): string {
  const escaped = escapeXml(name);
  return constraint === undefined
    ? `<rpm:entry name="${escaped}"/>`
    : `<rpm:entry name="${escaped}" flags="${WORDS[constraint.operator]}" ${versionOf({ name, constraint })}/>`;
}

function versionOf({ constraint }: RpmDependency): string {
  const [, epoch = "0", ver = "", rel] =
    /^(?:(\d+):)?([^-]*)(?:-(.*))?$/.exec(constraint?.version ?? "") ?? [];
  return `epoch="${epoch}" ver="${ver}"${rel === undefined ? "" : ` rel="${rel}"`}`;
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
