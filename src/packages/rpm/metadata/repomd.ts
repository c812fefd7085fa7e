import { QclockError } from "../../../error.ts";
import { checkLocation } from "./location.ts";
import { attributeOf, type XmlAttributes } from "./xml-tag.ts";
import { type XmlHandler, XmlReader } from "./xml.ts";

/** A file of a repository's metadata, as `repomd.xml` names it. */
export interface MetadataFile {
  /** Path below the repository's folder; its ending tells the compression. */
  readonly path: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  /** Of the uncompressed file; absent where that is not said. */
  readonly unpackedBytes?: number;
}

/** What `repomd.xml` says: the root of a repository's metadata. */
export interface Repomd {
  /** Seconds since 1970 in most repositories, another text in some; empty: it is not said. */
  readonly revision: string;
  /** By its type: `primary`, `filelists`, `modules`, `updateinfo`. Those that qclock reads. */
  readonly files: ReadonlyMap<MetadataType, MetadataFile>;
}

export type MetadataType = "primary" | "filelists" | "modules" | "updateinfo";

/** It names some ten files. */
export const REPOMD_LIMIT_BYTES = 1024 ** 2;
/** Packed: those of a repository that keeps every version it had are some tens of megabytes. */
const LARGEST_PACKED = 512 * 1024 ** 2;

/**
 * Read `repomd.xml`. Throws `package-corrupt` when it cannot be read, names no `primary`, or names
 * a file that qclock would not fetch. `url` is where it comes from.
 */
export function parseRepomd(bytes: Uint8Array, url: string): Repomd {
  try {
    const handler = new RepomdHandler();
    const reader = new XmlReader(handler);
    reader.write(bytes);
    reader.end();
    return handler.finish();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new QclockError("package-corrupt", `${url} cannot be read: ${error.message}.`, {
      cause: error,
      hint: "What answers there is no RPM repository, or it is damaged: take another mirror.",
    });
  }
}

/** A `data` element while it is read. */
interface DataElement {
  readonly type: string;
  path?: string;
  checksum?: { readonly type: string; readonly value: string };
  sizeBytes?: number;
  unpackedBytes?: number;
}

class RepomdHandler implements XmlHandler {
  readonly #files = new Map<MetadataType, MetadataFile>();
  #revision = "";
  #data: DataElement | undefined;
  #checksumType = "";

  open(name: string, attributes: XmlAttributes, depth: number): boolean {
    if (depth === 1 && name !== "repomd") throw new Error(`it is a <${name}>, not a <repomd>`);
    if (depth === 2 && name === "data")
      this.#data = { type: attributeOf(attributes, "type") ?? "" };
    if (depth === 3 && name === "checksum") {
      this.#checksumType = attributeOf(attributes, "type") ?? "";
    }
    if (depth === 3 && name === "location" && this.#data !== undefined) {
      this.#data.path = attributeOf(attributes, "href") ?? "";
    }
    return depth === 2 || depth === 3;
  }

  close(name: string, text: string, depth: number): void {
    const data = this.#data;
    if (depth === 2 && name === "revision") this.#revision = text.trim();
    if (depth === 2 && name === "data" && data !== undefined) {
      this.#add(data);
      this.#data = undefined;
    }
    if (depth !== 3 || data === undefined) return;
    if (name === "checksum") data.checksum = { type: this.#checksumType, value: text.trim() };
    if (name === "size") data.sizeBytes = toCount(text, data.type);
    if (name === "open-size") data.unpackedBytes = toCount(text, data.type);
  }

  finish(): Repomd {
    if (!this.#files.has("primary")) throw new Error("it names no primary, the list of packages");
    return { revision: this.#revision, files: this.#files };
  }

  #add(data: DataElement): void {
    const { type, checksum, unpackedBytes } = data;
    if (!isMetadataType(type)) return;
    if (this.#files.has(type)) throw new Error(`it names ${type} twice`);
    if (checksum?.type !== "sha256" || !/^[0-9a-f]{64}$/.test(checksum.value)) {
      throw new Error(`it names ${type} by ${checksum?.type ?? "no checksum"}, not by SHA-256`);
    }
    const { sizeBytes } = data;
    if (sizeBytes === undefined) throw new Error(`it does not say how large ${type} is`);
    if (sizeBytes > LARGEST_PACKED) {
      throw new Error(`it says that ${type} has ${sizeBytes} bytes, far more than it can have`);
    }
    const path = checkLocation(data.path ?? "");
    const unpacked = unpackedBytes === undefined ? {} : { unpackedBytes };
    this.#files.set(type, { path, sha256: checksum.value, sizeBytes, ...unpacked });
  }
}

function isMetadataType(type: string): type is MetadataType {
  return ["primary", "filelists", "modules", "updateinfo"].includes(type);
}

function toCount(text: string, of: string): number {
  if (/^\s*\d{1,15}\s*$/.test(text)) return Number(text);
  throw new Error(`a size of ${of} is ${JSON.stringify(text.slice(0, 40))}`);
}
