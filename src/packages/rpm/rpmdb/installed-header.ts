import { extendHeader } from "../header/encode-header.ts";
import { filePathsOf } from "../header/file-paths.ts";
import { headerTypes } from "../header/header-type.ts";
import type { HeaderEntry } from "../header/header.ts";
import type { InstalledRpm } from "../installed.ts";
import { signatureTags, tags } from "../header/tags.ts";

/**
 * Tags of a signature header that have another number in an installed header, where the number
 * means something else. Source: rpm's lib/package.c, `headerMergeLegacySigs`.
 */
const RENUMBERED: ReadonlyMap<number, number> = new Map([
  [signatureTags.size, tags.signatureSize],
  [signatureTags.rsa, tags.signaturePgp],
  [signatureTags.md5, tags.signatureMd5],
  [signatureTags.dsa, tags.signatureGpg],
  [signatureTags.archiveSize, tags.archiveSize],
]);
/** The numbers of signatures that are the same in both headers. */
const [FIRST_SIGNATURE, FIRST_TAG] = [256, 1000];
/** Longer ones are left out. */
const LONGEST_SIGNATURE = 16 * 1024;

/** Colours of programs that rpm may install on x86_64 and aarch64, `%_transaction_color`. */
const INSTALL_COLOR = 3;
/** RPMFILE_STATE_NORMAL and RPMFILE_STATE_NOTINSTALLED. */
const [INSTALLED, NOT_INSTALLED] = [0, 2];

/**
 * The header of a package as rpm keeps it of an installed one: as the package has it, and behind
 * that its signatures, when it was installed, and which of its files were. What an image leaves out
 * is marked as rpm marks what `--excludedocs` leaves out.
 *
 * Throws an `Error` for a header that cannot be extended.
 */
export function installedHeader(item: InstalledRpm, now: number): Uint8Array {
  const { header, signature } = item;
  const known = new Set(header.entries().map(({ tag }) => tag));
  const further = [
    ...signature.entries().flatMap((entry) => toInstalled(entry)),
    number(tags.installTime, now),
    ...fileStates(item),
    number(tags.installColor, INSTALL_COLOR),
    number(tags.installTransactionId, now),
  ];
  return extendHeader(
    header,
    further.filter(({ tag }) => !known.has(tag)).toSorted((one, other) => one.tag - other.tag),
  );
}

/** An entry of a signature header as an installed header has it; nothing where that has none. */
function toInstalled(entry: HeaderEntry): readonly HeaderEntry[] {
  const { tag, type, count, data } = entry;
  const isSame = tag >= FIRST_SIGNATURE && tag < FIRST_TAG;
  const kept = RENUMBERED.get(tag) ?? (isSame ? tag : undefined);
  if (kept === undefined) return [];
  if (type === headerTypes.stringArray || type === headerTypes.localText) return [];
  const isNumber = type !== headerTypes.string && type !== headerTypes.binary;
  if (isNumber ? count !== 1 : data.length >= LONGEST_SIGNATURE) return [];
  return [{ ...entry, tag: kept }];
}

function fileStates({ header, entries }: InstalledRpm): readonly HeaderEntry[] {
  const left = new Set(entries.filter(({ excluded }) => excluded).map(({ path }) => `/${path}`));
  const states = filePathsOf(header).map((path) => (left.has(path) ? NOT_INSTALLED : INSTALLED));
  if (states.length === 0) return [];
  const { char: type } = headerTypes;
  return [{ tag: tags.fileStates, type, count: states.length, data: Uint8Array.from(states) }];
}

function number(tag: number, value: number): HeaderEntry {
  const data = Buffer.alloc(4);
  data.writeUInt32BE(value);
  return { tag, type: headerTypes.int32, count: 1, data };
}
