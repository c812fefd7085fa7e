import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { openStore } from "../src/store/disk-store.ts";
import { anImageIn } from "../test/support/an-image.ts";
import { aTestKey } from "../test/support/rpm/an-open-pgp-key.ts";
import { elRepositories } from "../test/support/rpm/el-repositories.ts";
import { fillerPackages } from "./filler-packages.ts";
import type { Place } from "./command.ts";

/** What the packages are made of: httpd, PHP-FPM and MariaDB, and what they need. */
const PROGRAMS = [
  "apache2-bin",
  "bash",
  "coreutils",
  "libc-bin",
  "mariadb-client-core",
  "mariadb-server-core",
  "media-types",
  "php8.2-fpm",
  "php8.2-mysql",
  "php8.2-opcache",
  "systemd-standalone-tmpfiles",
  "tzdata",
];

/** A mirror of Oracle Linux 9, as far as the packages of a bench go. */
export interface OracleLinuxMirror extends AsyncDisposable {
  readonly url: string;
  /** Folders of its repositories, below the URL. */
  readonly repositories: Readonly<Record<string, string>>;
  /** The public key of the packages, as text. */
  readonly key: string;
}

/**
 * Write signed repositories shaped like those of Oracle Linux 9, with real programs of Debian's
 * packages, and serve them by a process of their own in the network of `place`, so that whoever
 * asks for them waits for nothing else that the bench does.
 */
export async function serveOracleLinux(
  directory: string,
  request: {
    readonly place: Place;
    readonly store: string;
    /** How many packages each repository lists beside those that are wanted. */
    readonly fillers: number;
  },
): Promise<OracleLinuxMirror> {
  const { place, store, fillers } = request;
  const key = aTestKey();
  const work = path.join(directory, "work");
  await mkdir(work, { recursive: true });
  const image = anImageIn("el", "all", { packages: PROGRAMS });
  const files = await elRepositories([image], {
    store: await openStore(store),
    key,
    work,
    further: {
      baseos: fillerPackages("base", fillers),
      appstream: fillerPackages("stream", fillers),
    },
  });
  const served = path.join(directory, "served");
  for (const [name, bytes] of files) {
    await mkdir(path.join(served, path.dirname(name)), { recursive: true });
    await writeFile(path.join(served, name), bytes);
  }
  await rm(work, { recursive: true });
  const server = [process.execPath, path.join(import.meta.dirname, "serve-folder.ts"), served];
  const [program = process.execPath, ...words] = place.enter.concat(server);
  const child = spawn(program, words, { stdio: ["pipe", "pipe", "inherit"], env: {} });
  const ended = once(child, "exit");
  const [url] = await Promise.race([
    once(child.stdout, "data"),
    ended.then(() => Promise.reject(new Error("The mirror of the bench did not start."))),
  ]);
  const folders = new Set(
    [...files.keys()].map((name) => /^(.*)\/repodata\//.exec(name)?.[1] ?? ""),
  );
  folders.delete("");
  return {
    url: `${String(url).trim()}/OL9`,
    repositories: Object.fromEntries(
      [...folders].map((folder) => [folder.split("/")[2] ?? "", folder.replace("/OL9", "")]),
    ),
    key: key.armored,
    [Symbol.asyncDispose]: async () => {
      child.kill();
      await ended;
    },
  };
}
