import { createReadStream } from "node:fs";
import { decompress } from "../xz.ts";
import { readMagic, readMember } from "./archive.ts";
import { ByteReader } from "./byte-reader.ts";
import { parseControl } from "./control.ts";
import { readTarHeader, type TarHeader, tarPadding } from "./data-tar.ts";

/** What a package says of itself, without its contents. */
export interface PackageListing {
  /** What it takes on disk, as its control file says; undefined where it does not. */
  readonly installedBytes: number | undefined;
  /** Paths without a leading slash that are setuid or setgid, sorted. */
  readonly privileged: readonly string[];
}

/** Look into a deb without unpacking it. Throws an `Error` whose message says what is wrong with the file. */
export async function listPackage(file: string): Promise<PackageListing> {
  const source = createReadStream(file, { highWaterMark: 256 * 1024 });
  const reader = new ByteReader(source);
  let installedBytes: number | undefined;
  try {
    await readMagic(reader);
    for (
      let member = await readMember(reader);
      member !== undefined;
      member = await readMember(reader)
    ) {
      const content = reader.stream(member.sizeBytes);
      if (member.name.startsWith("control.tar")) {
        installedBytes = await readInstalledSize(decompress(member.name, content));
      } else if (member.name.startsWith("data.tar")) {
        const privileged = await readPrivileged(decompress(member.name, content));
        return { installedBytes, privileged };
      } else {
        await reader.skip(member.sizeBytes);
      }
      await reader.skip(member.padding);
    }
  } finally {
    source.destroy();
  }
  throw new Error("it holds no data.tar");
}

async function readInstalledSize(tar: AsyncIterable<Uint8Array>): Promise<number | undefined> {
  const reader = new ByteReader(tar);
  let installedBytes: number | undefined;
  await eachHeader(reader, async (header) => {
    if (header.path !== "control") return false;
    const text = Buffer.from((await reader.read(header.size)) ?? []).toString("utf8");
    const kibibytes = Number(parseControl(text).get("Installed-Size"));
    if (Number.isSafeInteger(kibibytes)) installedBytes = kibibytes * 1024;
    return true;
  });
  for await (const _ of reader.stream(Number.MAX_SAFE_INTEGER)) {
    // To the end of the member, where the next one begins.
  }
  return installedBytes;
}

async function readPrivileged(tar: AsyncIterable<Uint8Array>): Promise<readonly string[]> {
  const found: string[] = [];
  await eachHeader(new ByteReader(tar), async ({ type, mode, path }) => {
    if (type === "file" && (mode & 0o6000) !== 0) found.push(path);
    return false;
  });
  return found.toSorted();
}

/** `read` says whether it has read the content. */
async function eachHeader(
  reader: ByteReader,
  read: (header: TarHeader) => Promise<boolean>,
): Promise<void> {
  for (
    let header = await readTarHeader(reader);
    header !== undefined;
    header = await readTarHeader(reader)
  ) {
    const isRead = await read(header);
    await reader.skip((isRead ? 0 : header.size) + tarPadding(header.size));
  }
}
