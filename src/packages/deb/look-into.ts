import { createReadStream } from "node:fs";
import { decompress } from "../xz.ts";
import { readMagic, readMember } from "./archive.ts";
import { ByteReader } from "./byte-reader.ts";
import { type ControlFields, parseControl } from "./control.ts";
import { readTarHeader, type TarHeader, tarPadding } from "./data-tar.ts";

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

async function read(file: string, withEntries: boolean): Promise<PackageContents> {
  const source = createReadStream(file, { highWaterMark: 256 * 1024 });
  try {
    const reader = new ByteReader(source);
    await readMagic(reader);
    let control: ControlFields | undefined;
    for (
      let member = await readMember(reader);
      member !== undefined;
      member = await readMember(reader)
    ) {
      const { name, sizeBytes, padding } = member;
      if (name.startsWith("control.tar")) {
        control = await findControl(decompress(name, reader.stream(sizeBytes)));
        if (!withEntries) return { control, entries: [] };
      } else if (name.startsWith("data.tar") && control !== undefined) {
        return { control, entries: await readHeaders(decompress(name, reader.stream(sizeBytes))) };
      } else {
        await reader.skip(sizeBytes);
      }
      await reader.skip(padding);
    }
  } finally {
    source.destroy();
  }
  throw new Error("it holds no data.tar");
}

async function findControl(content: AsyncIterable<Uint8Array>): Promise<ControlFields> {
  const tar = new ByteReader(content);
  let text: string | undefined;
  for await (const header of headersOf(tar)) {
    if (header.path === "control") {
      text = Buffer.from((await tar.read(header.size)) ?? []).toString("utf8");
      await tar.skip(tarPadding(header.size));
    } else {
      await tar.skip(header.size + tarPadding(header.size));
    }
  }
  if (text === undefined) throw new Error("it holds no control file");
  return parseControl(text);
}

async function readHeaders(content: AsyncIterable<Uint8Array>): Promise<readonly TarHeader[]> {
  const tar = new ByteReader(content);
  const headers: TarHeader[] = [];
  for await (const header of headersOf(tar)) {
    await tar.skip(header.size + tarPadding(header.size));
    headers.push(header);
  }
  return headers;
}

/** The headers of a tar; the content of each is read or skipped before the next is asked for. Reads to the end, since a decoder that is left in the middle fails behind everybody's back. */
async function* headersOf(tar: ByteReader): AsyncGenerator<TarHeader> {
  for (
    let header = await readTarHeader(tar);
    header !== undefined;
    header = await readTarHeader(tar)
  ) {
    yield header;
  }
  for await (const _ of tar.stream(Number.MAX_SAFE_INTEGER)) {
    // Padding.
  }
}
