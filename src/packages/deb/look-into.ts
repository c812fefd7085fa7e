import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { limitsFor } from "../../archive/limits.ts";
import { ByteReader } from "../../archive/byte-reader.ts";
import { type ControlFields, parseControl } from "./control.ts";
import { readControlFiles } from "./control-files.ts";
import { readTarHeader, type TarHeader, tarPadding } from "../../archive/tar.ts";
import { readMembers } from "./members.ts";
import { PackageEntries } from "../../archive/entries.ts";

/** What a package says of itself and which paths it brings, without their contents. */
export interface PackageContents {
  readonly control: ControlFields;
  readonly entries: readonly TarHeader[];
}

/** The control file of a deb. Throws an `Error` that says what is wrong with the file. */
export async function readControl(file: string): Promise<ControlFields> {
  const { control } = await read(file, false);
  return control;
}

/** A deb's control file and the headers of what it installs. Throws as `readControl` does. */
export async function readContents(file: string): Promise<PackageContents> {
  return await read(file, true);
}

/**
 * Type, mode and content of one entry of a deb, by its path without a leading slash, as text that
 * is equal where they are; undefined when there is none. Throws as `readControl` does.
 */
export async function readIdentity(file: string, path: string): Promise<string | undefined> {
  const { size } = await stat(file);
  const source = createReadStream(file, { highWaterMark: 256 * 1024 });
  let identity: string | undefined;
  try {
    await readMembers(new ByteReader(source), size, {
      control: async (tar) => void (await readControlFiles(tar)),
      data: async (tar) => {
        for (
          let header = await readTarHeader(tar);
          header !== undefined;
          header = await readTarHeader(tar)
        ) {
          if (header.path === path) identity = await identityOf(tar, header);
          else await tar.skip(header.size);
          await tar.skip(tarPadding(header.size));
        }
      },
    });
    return identity;
  } finally {
    source.destroy();
  }
}

async function identityOf(tar: ByteReader, header: TarHeader): Promise<string> {
  const { type, mode, linkTarget = "", size } = header;
  const hash = createHash("sha256");
  for await (const piece of tar.stream(size)) hash.update(piece);
  return [type, mode, linkTarget, hash.digest("hex")].join(" ");
}

async function read(file: string, withEntries: boolean): Promise<PackageContents> {
  const { size } = await stat(file);
  const source = createReadStream(file, { highWaterMark: 256 * 1024 });
  try {
    let control: ControlFields = new Map();
    const entries = new PackageEntries<TarHeader>(limitsFor(size));
    await readMembers(new ByteReader(source), size, {
      control: async (tar) => {
        control = parseControl((await readControlFiles(tar)).get("control") ?? "");
      },
      ...(withEntries ? { data: (tar) => readHeaders(tar, entries) } : {}),
    });
    return { control, entries: entries.finish() };
  } finally {
    source.destroy();
  }
}

async function readHeaders(tar: ByteReader, entries: PackageEntries<TarHeader>): Promise<void> {
  for (
    let header = await readTarHeader(tar);
    header !== undefined;
    header = await readTarHeader(tar)
  ) {
    entries.check(header);
    await tar.skip(header.size + tarPadding(header.size));
    entries.add(header);
  }
}
