import { limitsFor } from "../../archive/limits.ts";
import { decompress } from "../../archive/decompress.ts";
import { type ArMember, readMagic, readMember } from "../../archive/ar.ts";
import { ByteReader } from "../../archive/byte-reader.ts";

/**
 * What is done with the two archives of a package, in their order. Each has to read its tar to the
 * end blocks.
 */
export interface MemberVisitor {
  readonly control: (tar: ByteReader) => Promise<void>;
  /** Absent: nothing after the control archive is read. */
  readonly data?: (tar: ByteReader) => Promise<void>;
}

/**
 * Of the unpacked control archive. The largest in Debian hold some megabytes of checksums and
 * symbols.
 */
const LARGEST_CONTROL_TAR = 32 * 1024 ** 2;
/**
 * Programs that write tars fill them up to some kilobytes; what goes on for longer is left alone.
 */
const LARGEST_FILLING = 1024 ** 2;

/**
 * Read the members of a package as deb(5) orders them: `debian-binary`, `control.tar`, `data.tar`,
 * the latter two unpacked. Neither becomes more than its size promises. Throws an `Error` that says
 * what is wrong with the package.
 */
export async function readMembers(
  reader: ByteReader,
  packageBytes: number,
  visitor: MemberVisitor,
): Promise<void> {
  await readMagic(reader);
  await checkFormat(reader);
  const order = [
    { stem: "control", maximumBytes: LARGEST_CONTROL_TAR, visit: visitor.control },
    { stem: "data", maximumBytes: limitsFor(packageBytes).bytes, visit: visitor.data },
  ] as const;
  let rest = 0;
  for (const { stem, maximumBytes, visit } of order) {
    if (visit === undefined) return;
    await reader.skip(rest);
    const member = await nextMember(reader);
    if (member === undefined) throw new Error(`it holds no ${stem}.tar`);
    refuseOther(member.name, stem);
    const end = reader.offset + member.sizeBytes;
    const content = decompress(member.name, reader.stream(member.sizeBytes));
    const tar = new ByteReader(content, maximumBytes);
    try {
      await visit(tar);
      await readFilling(tar);
    } finally {
      // A decoder that is left in the middle would keep the next one waiting.
      await tar.close();
    }
    rest = end - reader.offset + member.padding;
  }
}

/**
 * Source: deb(5): the version of the format, of which a higher minor number changes nothing for a
 * reader.
 */
async function checkFormat(reader: ByteReader): Promise<void> {
  const member = await readMember(reader);
  if (member?.name !== "debian-binary" || member.sizeBytes > 64) {
    throw new Error("its first member is not debian-binary");
  }
  const bytes = (await reader.read(member.sizeBytes)) ?? [];
  const text = Buffer.from(bytes).toString("latin1");
  if (!/^2\.\d+\n/.test(text)) {
    throw new Error(
      `its format is ${JSON.stringify(text.trim())}, and qclock reads version 2 alone`,
    );
  }
  await reader.skip(member.padding);
}

/**
 * The next member but for those that a program may put between, whose names begin with an
 * underscore.
 */
async function nextMember(reader: ByteReader): Promise<ArMember | undefined> {
  for (;;) {
    const member = await readMember(reader);
    if (member === undefined || !member.name.startsWith("_")) return member;
    await reader.skip(member.sizeBytes + member.padding);
  }
}

function refuseOther(name: string, stem: string): void {
  if (new RegExp(`^${stem}\\.tar(?:\\.(?:gz|xz|zst))?$`).test(name)) return;
  const quoted = JSON.stringify(name);
  throw new Error(
    name.startsWith(`${stem}.tar.`)
      ? `${quoted} is compressed in a way that qclock does not read, as it does gz, xz and zst`
      : `it holds ${quoted} where ${stem}.tar should be`,
  );
}

/**
 * To the end where that is near, so that the decoder compares its checksum. What follows the end
 * blocks is no part of the archive.
 */
async function readFilling(tar: ByteReader): Promise<void> {
  for await (const _ of tar.stream(LARGEST_FILLING)) {
    // Zeros, or what no program reads.
  }
}
