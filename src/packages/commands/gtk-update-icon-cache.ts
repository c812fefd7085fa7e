import { toBytes } from "../scripts/bytes.ts";
import type { Command, CommandCall } from "../scripts/command.ts";
import { readOptions } from "../scripts/commands/options.ts";
import { below, isFolder } from "../scripts/commands/paths.ts";
import { complain } from "../scripts/commands/report.ts";
import { inGlibOrder } from "./glib/hash-table.ts";

/** A picture of an icon: the folder it is in, and the kinds of files that are there. */
interface IconImage {
  readonly folder: number;
  flags: number;
}

interface ScannedTheme {
  readonly folders: string[];
  /** By the names of icons, the folder that was looked at last first. */
  readonly icons: Map<string, IconImage[]>;
}

const FLAGS: Readonly<Record<string, number>> = { xpm: 1, svg: 2, png: 4 };
const DEEPEST = 20;

/** `gtk-update-icon-cache`: where the icons of a theme are, without the pictures themselves. */
export const gtkUpdateIconCache: Command = (call) => {
  const { has, operands } = readOptions(call, {
    force: "-f --force",
    ignoreIndex: "-t --ignore-theme-index",
    indexOnly: "-i --index-only",
    quiet: "-q --quiet",
  });
  const { root } = call;
  const [given] = operands;
  if (given === undefined) return 0;
  const folder = call.path(given);
  const hasIndex = root.stat(below(folder, "index.theme"))?.kind === "file";
  if (!hasIndex && !has("ignoreIndex")) return complain(call, "No theme index file.");
  const theme: ScannedTheme = { folders: [], icons: new Map() };
  scan(call, folder, "", theme);
  // The original looks at what it made, and takes names in ASCII alone.
  const names = [...theme.folders, ...theme.icons.keys()];
  if (!names.every((name) => /^[ -~]*$/.test(name)))
    return complain(call, "The generated cache was invalid.");
  const path = below(folder, "icon-theme.cache");
  if (root.lstat(path) !== undefined) root.remove(path);
  if (theme.icons.size > 0) root.write(path, formatIconCache(theme), 0o644);
  if (!has("quiet")) call.stderr.write("gtk-update-icon-cache: Cache file created successfully.\n");
  return 0;
};

/** Folders come where their first icon does; what is in folders of folders before. */
function scan(call: CommandCall, base: string, inner: string, theme: ScannedTheme): void {
  const { root } = call;
  const folder = inner === "" ? base : below(base, inner);
  if (inner.split("/").length > DEEPEST) call.unsupported("folders of icons in too many folders");
  const found = new Map<string, IconImage>();
  let place: number | undefined;
  for (const name of root.list(folder)) {
    call.countSteps(1);
    const path = below(folder, name);
    if (isFolder(root, path)) {
      scan(call, base, inner === "" ? name : `${inner}/${name}`, theme);
      continue;
    }
    const [, stem = "", kind = ""] = /^(.*)\.(png|svg|xpm|icon)$/s.exec(name) ?? [];
    // Pictures beside the folders do not count.
    if (kind === "" || inner === "" || root.stat(path)?.kind !== "file") continue;
    if (kind === "icon") call.unsupported("icons with data of their own");
    place ??= theme.folders.push(inner) - 1;
    const image = found.get(stem) ?? { folder: place, flags: 0 };
    image.flags |= FLAGS[kind] ?? 0;
    found.set(stem, image);
  }
  for (const stem of inGlibOrder([...found.keys()])) {
    const image = found.get(stem);
    if (image !== undefined) theme.icons.set(stem, [image, ...(theme.icons.get(stem) ?? [])]);
  }
}

const HEADER_SIZE = 12;
const NONE = 0xff_ff_ff_ff;
/** Of GLib, g_spaced_primes_closest. */
const PRIMES = [
  11, 19, 37, 73, 109, 163, 251, 367, 557, 823, 1237, 1861, 2777, 4177, 6247, 9371, 14_057, 21_089,
  31_627, 47_431, 71_143, 106_721, 160_073, 240_101,
];

/** Source: gtk 3.24, gtk/updateiconcache.c. */
function formatIconCache({ folders, icons }: ScannedTheme): Uint8Array {
  const size = PRIMES.find((prime) => prime > Math.floor(icons.size / 3)) ?? 360_163;
  const buckets: string[][] = Array.from({ length: size }, () => []);
  for (const name of inGlibOrder([...icons.keys()])) buckets[nameHash(name) % size]?.unshift(name);
  const texts = new Map<string, number>();
  const pieces: Uint8Array[] = [];
  let at = HEADER_SIZE + 4 + 4 * size;
  const starts = buckets.map((names) => {
    const start = names.length === 0 ? NONE : at;
    for (const [index, name] of names.entries()) {
      const images = icons.get(name) ?? [];
      const text = padded(name);
      const list = at + 12 + text.length;
      const next = list + 4 + 8 * images.length;
      texts.set(name, at + 12);
      pieces.push(
        numbers([index === names.length - 1 ? NONE : next, at + 12, list]),
        text,
        numbers([images.length]),
        ...images.map(({ folder, flags }) => numbers([folder * 2 ** 16 + flags, 0])),
      );
      at = next;
    }
    return start;
  });
  const folderList = at;
  at += 4 + 4 * folders.length;
  const names: Uint8Array[] = [];
  const places = folders.map((folder) => {
    const known = texts.get(folder);
    if (known !== undefined) return known;
    const place = at;
    const text = padded(folder);
    texts.set(folder, place);
    names.push(text);
    at += text.length;
    return place;
  });
  return Buffer.concat([
    // The version, 1.0, the table and the list of folders.
    numbers([2 ** 16, HEADER_SIZE, folderList]),
    numbers([size, ...starts]),
    ...pieces,
    numbers([folders.length, ...places]),
    ...names,
  ]);
}

function nameHash(name: string): number {
  let hash = 0;
  for (let at = 0; at < name.length; at++) hash = (Math.imul(hash, 31) + name.charCodeAt(at)) >>> 0;
  return hash;
}

function padded(text: string): Uint8Array {
  const bytes = Buffer.alloc(Math.ceil((text.length + 1) / 4) * 4);
  bytes.set(toBytes(text));
  return bytes;
}

function numbers(values: readonly number[]): Uint8Array {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, 4 * index);
  return bytes;
}
