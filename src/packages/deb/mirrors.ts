import { compareTexts } from "../../order.ts";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { operatingSystems, type OsName } from "../../os.ts";
import type { MirrorPlaces, Mirrors } from "../mirror.ts";
import type { RepositoriesRequest } from "../repositories.ts";
import { type AptSource, findArchives } from "./apt-sources.ts";
import { RELEASE_LIMIT_BYTES } from "./release-file.ts";

/**
 * The first URL is the archive's, the second that of its security updates. Of one alone the second
 * is told by Debian's own naming: `…/debian` has `…/debian-security` beside it.
 */
export function mirrorsAt([
  main = "",
  security = securityBeside(main),
  ...further
]: readonly string[]): MirrorPlaces {
  return { main, security, ...(further.length === 0 ? {} : { further }) };
}

function securityBeside(main: string): string {
  return main.endsWith("/debian") ? `${main}-security` : main;
}

/** The mirrors that the host's own apt is set up with; `settings` is the folder of its sources. */
export async function hostMirrors(os: OsName, settings = "/etc/apt"): Promise<Mirrors | undefined> {
  return mirrorsIn(await readSources(settings), os);
}

/** The mirrors of an OS among some of apt's sources. */
export function mirrorsIn(sources: readonly AptSource[], os: OsName): Mirrors | undefined {
  const archives = findArchives(sources, operatingSystems[os].suite);
  if (archives === undefined) return undefined;
  const { main, security } = archives;
  return {
    ...mirrorsAt(security === undefined ? [main] : [main, security]),
    origin: "the host's apt",
  };
}

async function readSources(settings: string): Promise<readonly AptSource[]> {
  const folder = path.join(settings, "sources.list.d");
  const names = await readdir(folder).catch(() => []);
  const files = [
    path.join(settings, "sources.list"),
    ...names.toSorted(compareTexts).map((name) => path.join(folder, name)),
  ].filter((file) => /\.(?:list|sources)$/.test(file));
  const texts = await Promise.all(files.map((file) => readFile(file, "utf8").catch(() => "")));
  return files.map((name, index) => ({ name, text: texts[index] ?? "" }));
}

/** Whether the release file of an OS can be had. */
export async function repositoriesAnswer(request: RepositoriesRequest): Promise<boolean> {
  const { os, mirrors, downloader, signal } = request;
  const url = `${mirrors.main}/dists/${operatingSystems[os].suite}/InRelease`;
  const bytes = await downloader.bytes(url, { signal, maximumBytes: RELEASE_LIMIT_BYTES });
  return bytes !== undefined;
}
