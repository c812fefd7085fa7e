import { ByteReader } from "../../archive/byte-reader.ts";
import { PackageEntries } from "../../archive/entries.ts";
import { limitsFor } from "../../archive/limits.ts";
import { HashedFile } from "../hashed-file.ts";
import { SpoolFile } from "../spool-file.ts";
import type { UnpackedEntry, UnpackedPackage, UnpackRequest } from "../unpacked.ts";
import { isLeftOut } from "./excluded.ts";
import { fileHashOf } from "./file/file-digest.ts";
import { headerTexts } from "./installed.ts";
import { type LinkGroup, linkGroupsOf } from "./file/link-groups.ts";
import { type ListedFile, listedFilesOf } from "./header/listed-files.ts";
import { readPackageFile } from "./file/package-file.ts";
import { PayloadContents } from "./file/payload-contents.ts";
import { openPayload } from "./file/payload.ts";

/** Writers fill archives up; what goes on for longer behind the end is left alone. */
const LARGEST_FILLING = 1024 ** 2;

/**
 * Take one RPM package apart without running anything of it. What its files are, their modes, links
 * and times come from its header, which is signed; the payload has their contents alone. Owners are
 * root: the header names them, and what numbers they have is decided in the image.
 *
 * Throws `DamagedFile`, or an `Error` whose message says what is wrong with the package.
 */
export async function unpackPackage(request: UnpackRequest): Promise<UnpackedPackage> {
  using source = new HashedFile(request.file);
  try {
    const unpacked = await readParts(request, source);
    source.refuseOther(request.digest);
    return unpacked;
  } catch (error) {
    // What cannot be read may be a package that is wrong, or a right one that the disk has spoilt.
    source.refuseOther(request.digest);
    throw error;
  }
}

async function readParts(request: UnpackRequest, source: HashedFile): Promise<UnpackedPackage> {
  const { header, signature, payloadStart, sizeBytes } = await readPackageFile(request.file);
  const limits = limitsFor(sizeBytes);
  const files = listedFilesOf(header);
  const entries = new PackageEntries<UnpackedEntry>(limits);
  for (const { linkTarget = "", ...file } of files)
    entries.check({ ...file, uid: 0, gid: 0, linkTarget });
  const groups = linkGroupsOf(files);
  const left = new Set(files.filter((file) => isLeftOut(file, request.exclude)));

  using spool = new SpoolFile(request.spool);
  const file = new ByteReader(source.chunks());
  await file.skip(payloadStart);
  const content = openPayload(header, file.stream(sizeBytes - payloadStart));
  const archive = new ByteReader(content, limits.bytes);
  const contents = new PayloadContents({
    archive,
    spool,
    groups,
    left,
    newHash: fileHashOf(header),
  });
  try {
    await contents.read(files);
    for await (const _ of archive.stream(LARGEST_FILLING)) {
      // Zeros. The decoder compares its checksum at the end.
    }
  } finally {
    // A decoder that is left in the middle would keep the next one waiting.
    await archive.close();
  }
  spool.flush();
  for (const each of files) entries.add(toEntry(each, { contents, groups, left }));
  return { metadata: headerTexts({ header, signature }), entries: entries.finish() };
}

/**
 * Of hard links the first one that the image has is the file, and the others lead to it: also where
 * the header's first one is left out.
 */
function toEntry(
  file: ListedFile,
  context: {
    readonly contents: PayloadContents;
    readonly groups: ReadonlyMap<number, LinkGroup>;
    readonly left: ReadonlySet<ListedFile>;
  },
): UnpackedEntry {
  const { contents, groups, left } = context;
  const { path, type, mode, mtime, size, linkTarget } = file;
  const excluded = left.has(file);
  const common = { path, mode, uid: 0, gid: 0, mtime, excluded };
  const group = groups.get(file.index);
  if (group === undefined || type !== "file") {
    return { ...common, type, size: 0, ...(linkTarget === undefined ? {} : { linkTarget }) };
  }
  const main = group.find((each) => !left.has(each)) ?? group[0];
  if (file !== main && !(excluded && !left.has(main))) {
    return { ...common, type: "hardlink", size: 0, linkTarget: main.path };
  }
  // Where it is left out and another link is not, it is told as a file without content.
  const { capabilities } = file;
  const kept = { ...common, ...(capabilities === undefined ? {} : { capabilities }) };
  return { ...kept, type, size, ...(excluded ? {} : contents.of(group[0])) };
}
