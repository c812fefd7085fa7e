import { createHash } from "node:crypto";
import { copyFile, mkdir, rename, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { loadFamily } from "../../../src/packages/families.ts";
import { operatingSystems } from "../../../src/os.ts";
import type { DebianName } from "./debian-name.ts";
import { mirrorVariable } from "../../../src/packages/mirror.ts";
import { resolveMirrors } from "../../../src/packages/resolve-mirrors.ts";
import type { LockedDeb } from "./qclock-root.ts";
import type { PackageSet } from "./sets.ts";
import { readContent, readRoot, type Root } from "./tar-root.ts";

interface AptRootRequest {
  readonly set: PackageSet;
  readonly packages: readonly LockedDeb[];
  readonly folder: string;
  readonly store: string;
  /** A folder in which finished roots are kept, some hundred megabytes each; undefined for none. */
  readonly kept: string | undefined;
  readonly signal: AbortSignal;
}

/** Install the same packages by apt and dpkg with all their scripts, as root. */
export async function makeAptRoot(request: AptRootRequest): Promise<Root> {
  const { set, packages, folder, kept } = request;
  if (kept === undefined)
    return readRoot([await installByApt(request, path.join(folder, "apt.tar"))]);
  const inputs = JSON.stringify(packages.map(({ sha256 }) => sha256));
  const key = createHash("sha256").update(inputs).digest("hex").slice(0, 16);
  const file = path.join(kept, `${set.name}-${key}.tar`);
  const isThere = await stat(file).then(
    () => true,
    () => false,
  );
  if (!isThere) {
    await mkdir(kept, { recursive: true });
    await rename(await installByApt(request, `${file}.part`), file);
  }
  return readRoot([file]);
}

/**
 * Make a tar of a root with the versions of the lock; what qclock's store already holds is not
 * fetched again.
 */
async function installByApt(request: AptRootRequest, tar: string): Promise<string> {
  const { set, packages, store } = request;
  const archives = path.join(request.folder, "archives");
  await mkdir(archives, { recursive: true });
  for (const { name, version, architecture, sha256 } of packages) {
    const file = `${name}_${version.replaceAll(":", "%3a")}_${architecture}.deb`;
    const stored = path.join(store, "blobs/sha256", sha256.slice(0, 2), sha256);
    // What is not there is fetched.
    await copyFile(stored, path.join(archives, file)).catch(() => undefined);
  }
  const sources = path.join(request.folder, "apt.list");
  await writeFile(sources, await sourcesFor(set.os));
  const made = await execa(
    "mmdebstrap",
    [
      "--mode=root",
      "--variant=essential",
      "--format=tar",
      `--include=${packages.map(({ name, version }) => `${name}=${version}`).join(",")}`,
      '--aptopt=APT::Install-Recommends "false"',
      '--aptopt=Acquire::Languages "none"',
      "--dpkgopt=force-unsafe-io",
      `--setup-hook=mkdir -p "$1/var/cache/apt/archives" && cp ${archives}/*.deb "$1/var/cache/apt/archives/"`,
      // Its own settings are nothing that apt leaves.
      '--customize-hook=rm -f "$1/etc/apt/apt.conf.d/99mmdebstrap" "$1/etc/dpkg/dpkg.cfg.d/99mmdebstrap"',
      // It expects to download into an empty folder, and to know of each package in it. Device
      // nodes come from the Engine.
      "--skip=download/empty,essential/unlink,output/dev",
      operatingSystems[set.os].suite,
      tar,
      sources,
    ],
    // It takes its mounts back before it ends, however long that takes.
    { all: true, reject: false, cancelSignal: request.signal, forceKillAfterDelay: false },
  );
  request.signal.throwIfAborted();
  if (made.exitCode !== 0) throw new Error(`apt cannot install ${set.name}:\n${made.all}`);
  return tar;
}

/** `name version` of each package that a root's dpkg knows as installed, sorted. */
export function installedIn(root: Root): readonly string[] {
  const status = root.get("/var/lib/dpkg/status");
  if (status === undefined) return [];
  return readContent(status)
    .toString("utf8")
    .split("\n\n")
    .flatMap((stanza) => {
      const [, name] = /^Package: (\S+)$/m.exec(stanza) ?? [];
      const [, version] = /^Version: (\S+)$/m.exec(stanza) ?? [];
      return name === undefined ? [] : [`${name} ${version}`];
    })
    .toSorted();
}

async function sourcesFor(os: DebianName): Promise<string> {
  const { suite } = operatingSystems[os];
  const { main, security } = await resolveMirrors({
    os,
    manifestMirror: undefined,
    environmentMirror: process.env[mirrorVariable(os)],
    family: await loadFamily(os),
  });
  return [
    `deb ${main} ${suite} main`,
    `deb ${main} ${suite}-updates main`,
    `deb ${security} ${suite}-security main`,
    "",
  ].join("\n");
}
