import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { parse } from "yaml";
import type { Bench } from "./bench.ts";
import type { Command } from "./command.ts";
import { hostMirrors } from "./debian-packages.ts";
import { copyImageFiles } from "./stack-folders.ts";

/** Folders that qclock leaves out of packages; copyright files stay in both. */
const EXCLUDED = ["doc", "man", "info", "locale", "lintian"];

/** Makes the images from what `writePeerWay` wrote into its folder. */
export const peerWayCommand: Command = ["sh", "-eu", "make.sh"];

/**
 * Write the three images as one would without qclock: mmdebstrap makes the base's root, `buildx
 * bake` installs the packages of app and db into it with apt. `keepPackages`: what was downloaded
 * once is kept in caches, and used again.
 */
export async function writePeerWay(
  bench: Bench,
  directory: string,
  keepPackages: boolean,
): Promise<void> {
  const packages = await readPackages(bench.stackDirectory);
  await mkdir(directory, { recursive: true });
  for (const name of ["base", "app", "db"]) {
    const context = path.join(directory, name);
    await mkdir(context, { recursive: true });
    await copyImageFiles(bench.stackDirectory, name, path.join(context, "rootfs"));
  }
  await writeFile(path.join(directory, "base/Dockerfile"), baseDockerfile);
  for (const name of ["app", "db"] as const)
    await writeImage(directory, { name, packages: packages[name], keepPackages });
  await writeFile(path.join(directory, "docker-bake.hcl"), bakeFile);
  await writeFile(path.join(directory, "make.sh"), await script(packages.base, keepPackages));
}

/** Write the Dockerfile of an image that adds packages to the base. */
export async function writeImage(
  directory: string,
  image: {
    readonly name: "app" | "db";
    readonly packages: readonly string[];
    readonly keepPackages: boolean;
  },
): Promise<void> {
  await writeFile(path.join(directory, image.name, "Dockerfile"), dockerfile(image));
}

/** The packages that the manifest names, so that both install the same ones. */
export async function readPackages(
  stackDirectory: string,
): Promise<Readonly<Record<"base" | "app" | "db", readonly string[]>>> {
  const manifest = parse(
    await readFile(path.join(stackDirectory, "stack.config.yaml"), "utf8"),
  ) as {
    readonly images: Readonly<
      Record<string, { readonly packages: { readonly "debian-12": readonly string[] } }>
    >;
  };
  const of = (name: string): readonly string[] =>
    manifest.images[name]?.packages["debian-12"] ?? [];
  return { base: of("base"), app: of("app"), db: of("db") };
}

/**
 * The mirrors are those of the host's apt; mmdebstrap writes them into the root, where apt then
 * reads them.
 */
async function script(packages: readonly string[], keepPackages: boolean): Promise<string> {
  const { main, security } = await hostMirrors();
  const excluded = EXCLUDED.map((folder) => `--dpkgopt=path-exclude=/usr/share/${folder}/*`);
  const kept = [
    "--skip=download/empty,essential/unlink,cleanup/apt/cache",
    `--setup-hook='mkdir -p cache/archives cache/lists "$1/var/cache/apt/archives" "$1/var/lib/apt/lists"'`,
    "--setup-hook='sync-in cache/archives /var/cache/apt/archives'",
    "--setup-hook='sync-in cache/lists /var/lib/apt/lists'",
    "--customize-hook='sync-out /var/cache/apt/archives cache/archives'",
    "--customize-hook='sync-out /var/lib/apt/lists cache/lists'",
    `--customize-hook='rm -f "$1"/var/cache/apt/archives/*.deb'`,
  ];
  const words = [
    "mmdebstrap --quiet --mode=root --variant=apt --format=tar",
    `--include=${packages.join(",")}`,
    // As in Docker's own images of Debian: no translations, which nobody reads there.
    `'--aptopt=Acquire::Languages "none"'`,
    ...excluded.map((option) => `'${option}'`),
    "'--dpkgopt=path-include=/usr/share/doc/*/copyright'",
    ...(keepPackages ? kept : []),
    `--customize-hook='chroot "$1" useradd --uid 10001 --home-dir /nonexistent --shell /usr/sbin/nologin qclock'`,
    "bookworm base/root.tar",
    `'deb ${main} bookworm main' 'deb ${main} bookworm-updates main'`,
    `'deb ${security} bookworm-security main'`,
  ];
  // `--no-cache` would not find the caches of packages again: there results are removed before.
  const bake = keepPackages ? "docker buildx bake" : "docker buildx bake --no-cache";
  return `export TMPDIR="$PWD"\n${words.join(" \\\n  ")}\n${bake}\n`;
}

const baseDockerfile = `FROM scratch
ADD root.tar /
COPY rootfs /
USER 10001:10001
`;

/**
 * As Docker's documentation has it; each image has a cache of its own, so that both are made at the
 * same time.
 */
function dockerfile({ name, packages, keepPackages }: Parameters<typeof writeImage>[1]): string {
  const caches = ["/var/cache/apt", "/var/lib/apt"].map(
    (target) => `--mount=type=cache,id=${name}${target.replaceAll("/", "-")},target=${target} `,
  );
  const tidy = keepPackages ? "" : " && apt-get clean && rm -rf /var/lib/apt/lists/*";
  return [
    "FROM base",
    "USER root",
    `RUN ${keepPackages ? caches.join("") : ""}apt-get update \\`,
    ` && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends ${packages.join(" ")}${tidy}`,
    "COPY rootfs /",
    ...(name === "db" ? ["RUN install -d -o 10001 -g 10001 -m 0750 /var/lib/mysql"] : []),
    "USER 10001:10001",
    `ENTRYPOINT ["/usr/local/bin/qclock-${name}"]`,
    "",
  ].join("\n");
}

const bakeFile = `group "default" { targets = ["base", "app", "db"] }
target "base" {
  context = "base"
  tags = ["bench-cold/base"]
}
target "app" {
  context = "app"
  contexts = { base = "target:base" }
  tags = ["bench-cold/app"]
}
target "db" {
  context = "db"
  contexts = { base = "target:base" }
  tags = ["bench-cold/db"]
}
`;
