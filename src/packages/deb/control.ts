import { ArchiveError } from "./archive.ts";
import { readTar } from "./data-tar.ts";

/** What a package says of itself: the members of its control archive. */
export interface ControlArchive {
  /** The control file's only paragraph, as written, without a line end at its end. */
  readonly paragraph: string;
  /** Its fields by their usual spelling. */
  readonly fields: ReadonlyMap<string, string>;
  /** Absolute paths of configuration files. */
  readonly conffiles: readonly string[];
  /** The `md5sums` member as written; undefined when the package has none. */
  readonly md5sums: string | undefined;
  /** Maintainer scripts by their name: `preinst`, `postinst`, … */
  readonly scripts: ReadonlyMap<string, string>;
}

const SCRIPTS = ["preinst", "postinst", "prerm", "postrm", "config"];
/** Far more than any package's control archive needs. */
const LARGEST_MEMBER = 16 << 20;

/** Read the control archive from its tar. Throws ArchiveError when it has no usable control file. Source: deb(5), deb-control(5). */
export async function readControl(tar: AsyncIterable<Uint8Array>): Promise<ControlArchive> {
  const members = await readMembers(tar);
  const paragraph = members.get("control")?.trimEnd();
  if (paragraph === undefined) throw new ArchiveError("it has no control file");
  const fields = parseParagraph(paragraph);
  for (const key of ["Package", "Version", "Architecture"]) {
    if (fields.get(key) === undefined) throw new ArchiveError(`its control file has no ${key}`);
  }
  const scripts = SCRIPTS.flatMap((name) => {
    const script = members.get(name);
    return script === undefined ? [] : [[name, script] as const];
  });
  return {
    paragraph,
    fields,
    conffiles: parseConffiles(members.get("conffiles") ?? ""),
    md5sums: members.get("md5sums"),
    scripts: new Map(scripts),
  };
}

/** The fields of one deb822 paragraph. Lines that continue a value keep their line ends. Later fields of the same name win. */
export function parseParagraph(paragraph: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  let name: string | undefined;
  for (const line of paragraph.split("\n")) {
    if (line.startsWith(" ") || line.startsWith("\t")) {
      if (name === undefined)
        throw new ArchiveError("its control file begins in the middle of a field");
      fields.set(name, `${fields.get(name) ?? ""}\n${line}`);
      continue;
    }
    const colon = line.indexOf(":");
    if (colon < 1) throw new ArchiveError(`its control file has the line "${line.slice(0, 80)}"`);
    name = line.slice(0, colon);
    fields.set(name, line.slice(colon + 1).trim());
  }
  return fields;
}

/** Paths of configuration files; those that the package asks to be removed on upgrade are not in it. */
function parseConffiles(text: string): readonly string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line.startsWith("/"));
}

async function readMembers(tar: AsyncIterable<Uint8Array>): Promise<ReadonlyMap<string, string>> {
  const members = new Map<string, Uint8Array[]>();
  let chunks: Uint8Array[] = [];
  for await (const event of readTar(tar)) {
    if (event.type === "data") {
      chunks.push(Uint8Array.from(event.bytes));
      continue;
    }
    const { entry } = event;
    if (entry.size > LARGEST_MEMBER)
      throw new ArchiveError(`its control member ${entry.path} is too large`);
    chunks = [];
    if (entry.type === "file") members.set(entry.path, chunks);
  }
  return new Map(
    [...members].map(([name, parts]) => [name, Buffer.concat(parts).toString("utf8")]),
  );
}
