import { access, mkdir, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Bench } from "./bench.ts";
import type { Command } from "./command.ts";
import { hostMirrors } from "./debian-packages.ts";
import type { OracleLinuxMirror } from "./oracle-linux-mirror.ts";

/** Where in dnf's root it works. */
const WORK = "work";

/**
 * A root of Debian 12 with dnf in it, made once by mmdebstrap; a second call finds it. Resolves
 * with the folder.
 */
export async function obtainDnf(bench: Bench): Promise<string> {
  const root = path.join(bench.cache, "dnf");
  const exists = await access(root).then(
    () => true,
    () => false,
  );
  if (exists) return root;
  const making = `${root}.tmp`;
  await rm(making, { recursive: true, force: true });
  const { main } = await hostMirrors();
  const source = `deb ${main} bookworm main`;
  const words = ["--quiet", "--mode=root", "--variant=apt", "--include=dnf,rpm"] as const;
  await bench.run(["mmdebstrap", ...words, "bookworm", making, source], bench.place(bench.root));
  // Last and by renaming: what was interrupted is made again.
  await rename(making, root);
  return root;
}

/**
 * Write down for dnf, whose folder is `root`, where a mirror's repositories are, and return the
 * command that installs packages into an empty root and hands it to the Engine as an image.
 * `keepPackages`: metadata and packages that were fetched before are used again.
 */
export async function dnfCommand(
  root: string,
  request: {
    readonly mirror: OracleLinuxMirror;
    readonly packages: readonly string[];
    readonly module: string;
    readonly image: string;
    readonly keepPackages: boolean;
  },
): Promise<Command> {
  const { mirror, packages, module, image, keepPackages } = request;
  const work = path.join(root, WORK);
  await rm(work, { recursive: true, force: true });
  await mkdir(path.join(work, "repositories"), { recursive: true });
  await writeFile(path.join(work, "key.asc"), mirror.key);
  // Debian's rpm keeps its database elsewhere than that of EL9.
  await writeFile(path.join(work, ".rpmmacros"), "%_dbpath /var/lib/rpm\n");
  const repositories = Object.entries(mirror.repositories).map(([name, folder]) =>
    [`[${name}]`, `name=${name}`, `baseurl=${mirror.url}${folder}`, "gpgcheck=1", ""].join("\n"),
  );
  await writeFile(path.join(work, "repositories/bench.repo"), repositories.join("\n"));
  const settings = [
    `reposdir=/${WORK}/repositories`,
    "varsdir=/-",
    "install_weak_deps=0",
    "best=1",
    "module_platform_id=platform:el9",
    "tsflags=nodocs",
    `cachedir=/${WORK}/cache`,
    `keepcache=${keepPackages ? 1 : 0}`,
  ].map((setting) => `--setopt=${setting}`);
  const dnf = [
    "dnf -y --quiet --disableplugin '*'",
    `--installroot /${WORK}/root --releasever 9 --forcearch x86_64`,
    ...settings,
  ].join(" ");
  const made = path.join(work, "root");
  const inside = `chroot '${root}' env HOME=/${WORK}`;
  const script = [
    `rm -rf '${made}'${keepPackages ? "" : ` '${path.join(work, "cache")}'`}`,
    `mkdir '${made}'`,
    // dnf itself takes no key that has not signed its own name, as the mirror's has not.
    `${inside} rpmkeys --root /${WORK}/root --import /${WORK}/key.asc`,
    `${inside} ${dnf} module enable ${module}`,
    `${inside} ${dnf} install ${packages.join(" ")}`,
    `tar --create --numeric-owner --xattrs --directory '${made}' . | docker import - ${image}`,
  ];
  return ["sh", "-euc", script.join("\n")];
}
