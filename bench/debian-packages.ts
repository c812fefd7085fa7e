import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { access, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { execa } from "execa";
import { loadFamily } from "../src/packages/families.ts";
import { mirrorVariable, type Mirrors } from "../src/packages/mirror.ts";
import { resolveMirrors } from "../src/packages/resolve-mirrors.ts";

interface IndexEntry {
  readonly name: string;
  readonly version: string;
  readonly filename: string;
  readonly sha256: string;
}

/** Packages of one Debian suite, unpacked into one folder without running any of their scripts. */
export interface UnpackedPackages {
  readonly root: string;
  /** Versions by package name. */
  readonly versions: Readonly<Record<string, string>>;
}

/**
 * The mirrors that qclock itself takes packages from: a variable's, else those of the host's own
 * apt.
 */
export async function hostMirrors(): Promise<Mirrors> {
  return await resolveMirrors({
    os: "debian-12",
    manifestMirror: undefined,
    environmentMirror: process.env[mirrorVariable("debian-12")],
    family: await loadFamily("debian-12"),
  });
}

/**
 * Fetch and unpack packages once; a second call with the same names finds them. Needs `dpkg` and
 * `xz`.
 */
export async function obtainPackages(request: {
  readonly mirror: string;
  readonly suite: string;
  readonly names: readonly string[];
  readonly directory: string;
}): Promise<UnpackedPackages> {
  const { mirror, suite, names, directory } = request;
  const folder = path.join(directory, suite);
  const root = path.join(folder, "root");
  const found = await readVersions(folder);
  if (found !== undefined && names.every((name) => name in found)) {
    return { root, versions: found };
  }
  await rm(folder, { recursive: true, force: true });
  await mkdir(root, { recursive: true });
  const entries = await readIndex(mirror, suite, names);
  for (const entry of entries) await unpack({ mirror, entry, folder, root });
  const versions = Object.fromEntries(entries.map(({ name, version }) => [name, version]));
  // Last and by renaming: a folder without it is not whole, and is made again.
  await writeFile(path.join(folder, "versions.tmp"), JSON.stringify(versions));
  await rename(path.join(folder, "versions.tmp"), path.join(folder, "versions.json"));
  return { root, versions };
}

async function readVersions(folder: string): Promise<Record<string, string> | undefined> {
  const file = path.join(folder, "versions.json");
  const exists = await access(file).then(
    () => true,
    () => false,
  );
  return exists ? (JSON.parse(await readFile(file, "utf8")) as Record<string, string>) : undefined;
}

async function readIndex(
  mirror: string,
  suite: string,
  names: readonly string[],
): Promise<readonly IndexEntry[]> {
  const response = await fetch(`${mirror}/dists/${suite}/main/binary-amd64/Packages.xz`);
  if (!response.ok) throw new Error(`The mirror answered ${response.status} for ${suite}'s index.`);
  const { stdout } = await execa("xz", ["-dc"], {
    input: Buffer.from(await response.arrayBuffer()),
    maxBuffer: 512 * 1024 * 1024,
  });
  const found = new Map<string, IndexEntry>();
  for (const paragraph of stdout.split("\n\n")) {
    const name = field(paragraph, "Package");
    if (name === undefined || !names.includes(name)) continue;
    const [version, filename, sha256] = ["Version", "Filename", "SHA256"].map((key) =>
      field(paragraph, key),
    );
    if (version === undefined || filename === undefined || sha256 === undefined) continue;
    found.set(name, { name, version, filename, sha256 });
  }
  const missing = names.filter((name) => !found.has(name));
  if (missing.length > 0) throw new Error(`The mirror's ${suite} lacks ${missing.join(", ")}.`);
  return [...found.values()];
}

function field(paragraph: string, key: string): string | undefined {
  return new RegExp(`^${key}: (.*)$`, "m").exec(paragraph)?.[1];
}

async function unpack(request: {
  readonly mirror: string;
  readonly entry: IndexEntry;
  readonly folder: string;
  readonly root: string;
}): Promise<void> {
  const { mirror, entry, folder, root } = request;
  const file = path.join(folder, path.basename(entry.filename));
  const response = await fetch(`${mirror}/${entry.filename}`);
  if (!response.ok || response.body === null) {
    throw new Error(`The mirror answered ${response.status} for ${entry.filename}.`);
  }
  const hash = createHash("sha256");
  const source = Readable.fromWeb(response.body);
  source.on("data", (chunk: Uint8Array) => hash.update(chunk));
  await pipeline(source, createWriteStream(file));
  if (hash.digest("hex") !== entry.sha256) throw new Error(`${entry.filename} has another digest.`);
  await execa("dpkg", ["-x", file, root]);
  await rm(file);
}
