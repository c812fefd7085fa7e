import { createHash } from "node:crypto";
import { zstdCompressSync } from "node:zlib";
import type { HeaderEntry } from "../../../src/packages/rpm/header/header.ts";
import { tags } from "../../../src/packages/rpm/header/tags.ts";
import { aPackage } from "./a-package.ts";
import { cpioOf, type CpioEntry } from "./a-payload.ts";
import type { TestKey } from "./an-open-pgp-key.ts";
import { numbers, shorts, text, texts } from "./header-entries.ts";
import { BUILT, modeOf, type PackedFile } from "./packed-file.ts";

/** A package that can be installed: what it asks for, its scripts and its files. */
export interface PackedRpm {
  readonly name: string;
  readonly version: string;
  readonly release: string;
  readonly architecture: "x86_64" | "aarch64" | "noarch";
  /** Names of what it needs. */
  readonly requires: readonly string[];
  /** Names of what it provides beside itself. */
  readonly provides?: readonly string[];
  readonly files: readonly PackedFile[];
  /** Of `%pretrans -p <lua>`. */
  readonly pretrans?: string;
  readonly pre?: string;
  readonly post?: string;
  readonly modularityLabel?: string;
}

/** The machine that tests run on, as RPM says it. */
export const machine = process.arch === "arm64" ? "aarch64" : "x86_64";

/** The bytes of a signed package with a payload of cpio in zstd, as EL9 has them. */
export function packedRpm(rpm: PackedRpm, key: TestKey): Buffer {
  const files = rpm.files.toSorted((one, other) => (one.path < other.path ? -1 : 1));
  const { name, version, release, architecture, requires, provides = [], modularityLabel } = rpm;
  return aPackage({
    name,
    version,
    release,
    architecture,
    payload: zstdCompressSync(cpioOf(files.map(toCpio))),
    key,
    entries: [
      text(tags.summary, `${name}, for tests`),
      text(tags.license, "see its files"),
      numbers(tags.size, [files.reduce((sum, file) => sum + sizeOf(file), 0)]),
      text(tags.payloadFormat, "cpio"),
      text(tags.payloadCompressor, "zstd"),
      text(tags.payloadFlags, "3"),
      ...(modularityLabel === undefined ? [] : [text(tags.modularityLabel, modularityLabel)]),
      ...(requires.length === 0
        ? []
        : [
            texts(tags.requireName, requires),
            numbers(
              tags.requireFlags,
              requires.map(() => 0),
            ),
            texts(
              tags.requireVersion,
              requires.map(() => ""),
            ),
          ]),
      texts(tags.provideName, [name, ...provides]),
      numbers(tags.provideFlags, [EQUAL, ...provides.map(() => 0)]),
      texts(tags.provideVersion, [`${version}-${release}`, ...provides.map(() => "")]),
      ...scriptEntries(rpm),
      ...fileEntries(files),
    ],
  });
}

function toCpio({ path, type, content, target = "" }: PackedFile): CpioEntry {
  return { name: `.${path}`, content: type === "symlink" ? target : (content ?? "") };
}

/** RPMSENSE_EQUAL. */
const EQUAL = 8;
const SHA256 = 8;

function scriptEntries({ pretrans, pre, post }: PackedRpm): readonly HeaderEntry[] {
  return [
    ...(pretrans === undefined
      ? []
      : [text(tags.preTransaction, pretrans), text(tags.preTransactionProgram, "<lua>")]),
    ...(pre === undefined
      ? []
      : [text(tags.preInstall, pre), text(tags.preInstallProgram, "/bin/sh")]),
    ...(post === undefined
      ? []
      : [text(tags.postInstall, post), text(tags.postInstallProgram, "/bin/sh")]),
  ];
}

function fileEntries(files: readonly PackedFile[]): readonly HeaderEntry[] {
  if (files.length === 0) return [];
  const folders = files.map(({ path }) => path.slice(0, path.lastIndexOf("/") + 1));
  const distinct = [...new Set(folders)];
  const at = new Map(distinct.map((folder, index) => [folder, index]));
  const each = <Value>(value: (file: PackedFile, index: number) => Value): readonly Value[] =>
    files.map((file, index) => value(file, index));
  return [
    numbers(tags.fileSizes, each(sizeOf)),
    shorts(tags.fileModes, each(modeOf)),
    shorts(
      tags.fileRdevs,
      each(() => 0),
    ),
    numbers(
      tags.fileMtimes,
      each(() => BUILT),
    ),
    texts(tags.fileDigests, each(digestOf)),
    texts(
      tags.fileLinkTargets,
      each(({ target = "" }) => target),
    ),
    numbers(
      tags.fileFlags,
      each(() => 0),
    ),
    texts(
      tags.fileUserNames,
      each(() => "root"),
    ),
    texts(
      tags.fileGroupNames,
      each(() => "root"),
    ),
    numbers(
      tags.fileVerifyFlags,
      each(() => 0xffff_ffff),
    ),
    numbers(
      tags.fileDevices,
      each(() => 1),
    ),
    numbers(
      tags.fileInodes,
      each((_, index) => index + 1),
    ),
    texts(
      tags.fileLanguages,
      each(() => ""),
    ),
    numbers(
      tags.directoryIndexes,
      folders.map((folder) => at.get(folder) ?? 0),
    ),
    texts(
      tags.baseNames,
      each(({ path }) => path.slice(path.lastIndexOf("/") + 1)),
    ),
    texts(tags.directoryNames, distinct),
    numbers(tags.fileDigestAlgorithm, [SHA256]),
  ];
}

function sizeOf({ type, content, target = "" }: PackedFile): number {
  if (type === "symlink") return Buffer.byteLength(target);
  return type === "file" ? (content?.length ?? 0) : 4096;
}

function digestOf({ type, content = new Uint8Array() }: PackedFile): string {
  return type === "file" ? createHash("sha256").update(content).digest("hex") : "";
}
