import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";

/** A package of a repository's metadata; what is left out has a harmless value. */
export interface ListedPackage {
  readonly name: string;
  /** `[epoch:]version-release`. */
  readonly version?: string;
  readonly architecture?: string;
  readonly location?: string;
  readonly sourceFile?: string;
  /** Attributes of each `rpm:entry`, as `name="x" flags="EQ"`, by the kind of dependency. */
  readonly dependencies?: Readonly<Record<string, readonly string[]>>;
  /** Paths that `primary.xml` lists. */
  readonly files?: readonly string[];
  /** Paths that only `filelists.xml` lists. */
  readonly furtherFiles?: readonly string[];
  /** Digest and size of a package that there is. */
  readonly file?: { readonly sha256: string; readonly bytes: number };
}

/** What a repository serves below its folder. */
export interface ListedRepository {
  /** Asked for twice; very many need not be there together. */
  readonly packages: Iterable<ListedPackage>;
  /** `modules.yaml`; absent: it has none. */
  readonly modules?: string;
  /** Takes the place of a file's text, by its type. */
  readonly texts?: Readonly<Record<string, string>>;
  /** What `repomd.xml` says of an unpacked file; absent: the truth. */
  readonly unpackedBytes?: number;
}

/** The files of a repository by their paths, each of which begins with `folder`. */
export function aRepository(
  folder: string,
  repository: ListedRepository,
): ReadonlyMap<string, Buffer> {
  const { packages, modules, texts = {} } = repository;
  const parts: Readonly<Record<string, string | Buffer>> = {
    primary: primaryOf(packages),
    filelists: filelistsOf(packages),
    ...(modules === undefined ? {} : { modules }),
    ...texts,
  };
  const files = new Map<string, Buffer>();
  const entries = Object.entries(parts).map(([type, text]) => {
    const packed = gzipSync(text);
    const path = `repodata/${sha256(packed)}-${type}.${type === "modules" ? "yaml" : "xml"}.gz`;
    files.set(`${folder}/${path}`, packed);
    const unpacked = repository.unpackedBytes ?? Buffer.byteLength(text);
    return [
      `<data type="${type}"><checksum type="sha256">${sha256(packed)}</checksum>`,
      `<location href="${path}"/><size>${packed.length}</size><open-size>${unpacked}</open-size></data>`,
    ].join("\n");
  });
  const repomd = `<?xml version="1.0" encoding="UTF-8"?>\n<repomd xmlns="http://linux.duke.edu/metadata/repo"><revision>1</revision>\n${entries.join("\n")}\n</repomd>\n`;
  files.set(`${folder}/repodata/repomd.xml`, Buffer.from(repomd));
  return files;
}

/** `primary.xml` of some packages. */
export function primaryXml(packages: Iterable<ListedPackage>): string {
  return primaryOf(packages).toString();
}

function primaryOf(packages: Iterable<ListedPackage>): Buffer {
  const kinds = (entry: ListedPackage): string =>
    Object.entries(entry.dependencies ?? {})
      .map(
        ([kind, entries]) =>
          `<rpm:${kind}>${entries.map((each) => `<rpm:entry ${each}/>`).join("")}</rpm:${kind}>`,
      )
      .join("\n");
  const textOf = (entry: ListedPackage): string => {
    const { name, architecture = "noarch", sourceFile = "", files = [] } = entry;
    const { location = `getPackage/${name}-${versionOf(entry).text}.${architecture}.rpm` } = entry;
    return [
      `<package type="rpm"><name>${name}</name><arch>${architecture}</arch>`,
      `<version ${versionOf(entry).attributes}/><checksum type="sha256" pkgid="YES">${digestOf(entry)}</checksum>`,
      `<summary>A test</summary><size package="${entry.file?.bytes ?? 100}" installed="1" archive="1"/><location href="${location}"/>`,
      `<format><rpm:sourcerpm>${sourceFile}</rpm:sourcerpm>${kinds(entry)}`,
      ...files.map((path) => `<file>${path}</file>`),
      "</format></package>",
    ].join("\n");
  };
  const namespaces =
    'xmlns="http://linux.duke.edu/metadata/common" xmlns:rpm="http://linux.duke.edu/metadata/rpm"';
  return documentOf("metadata", namespaces, Iterator.from(packages).map(textOf));
}

function filelistsOf(packages: Iterable<ListedPackage>): Buffer {
  const textOf = (entry: ListedPackage): string => {
    const paths = [...(entry.files ?? []), ...(entry.furtherFiles ?? [])];
    const files = paths.map((path) => `<file>${path}</file>`).join("");
    const { name, architecture = "noarch" } = entry;
    return `<package pkgid="${digestOf(entry)}" name="${name}" arch="${architecture}"><version ${versionOf(entry).attributes}/>${files}</package>`;
  };
  const namespaces = 'xmlns="http://linux.duke.edu/metadata/filelists"';
  return documentOf("filelists", namespaces, Iterator.from(packages).map(textOf));
}

const PIECE_LENGTH = 1024 * 1024;

/** Bytes, since a text of JavaScript's ends at half a gigabyte. */
function documentOf(root: string, namespaces: string, texts: Iterable<string>): Buffer {
  const pieces: Buffer[] = [];
  let piece = "";
  let count = 0;
  for (const text of texts) {
    piece += `${text}\n`;
    count += 1;
    if (piece.length < PIECE_LENGTH) continue;
    pieces.push(Buffer.from(piece));
    piece = "";
  }
  const start = `<?xml version="1.0" encoding="UTF-8"?>\n<${root} ${namespaces} packages="${count}">\n`;
  return Buffer.concat([Buffer.from(start), ...pieces, Buffer.from(`${piece}</${root}>\n`)]);
}

function versionOf({ version = "1-1" }: ListedPackage): {
  readonly text: string;
  readonly attributes: string;
} {
  const [, epoch = "0", text = "", release = ""] = /^(?:(\d+):)?(.+)-([^-]+)$/.exec(version) ?? [];
  const attributes = `epoch="${epoch}" ver="${text}" rel="${release}"`;
  return { text: `${text}-${release}`, attributes };
}

/** The digest of a package that there is; for others some digest, another one for each. */
function digestOf(entry: ListedPackage): string {
  const { name, version = "1-1", architecture = "noarch", file } = entry;
  return file?.sha256 ?? sha256(Buffer.from(`${name}-${version}.${architecture}`));
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
