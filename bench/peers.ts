import { mkdir, rm, symlink } from "node:fs/promises";
import path from "node:path";
import { hostMirrors, obtainPackages } from "./debian-packages.ts";

/** One Engine's programs, and the clients that talk to it. */
export interface EngineProgram {
  /** In a word for the table. */
  readonly name: string;
  /** Whether its builder lets one target build on another. */
  readonly hasNamedContexts: boolean;
  readonly dockerd: string;
  readonly proxy: string;
  readonly init: string;
  /** `PATH` on which `docker`, `containerd`, `runc` and `mmdebstrap` are the peers'. */
  readonly searchPath: string;
  /** A client configuration of its own, so that no plugin of the host is measured by mistake. */
  readonly clientConfig: string;
}

/** The programs that qclock is measured against, unpacked from Debian's packages. */
export interface Peers {
  /** The newest Engine that Debian has: buildx and compose get what they are made for. */
  readonly current: EngineProgram;
  /** The one that Debian 12 comes with. */
  readonly debian12: EngineProgram;
  /** Package names with the versions that were measured. */
  readonly versions: Readonly<Record<string, string>>;
}

/** Debian 12 itself has Engine 20.10 only; the next suites carry Engine 28 with its clients. */
const CURRENT = {
  suite: "sid",
  names: ["docker.io", "docker-cli", "docker-buildx", "docker-compose", "containerd"],
};
const DEBIAN_12 = {
  suite: "bookworm",
  names: ["docker.io", "containerd", "runc", "tini", "mmdebstrap"],
};
const SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** Fetch and unpack the peers once; a second call finds them. Needs Debian's `dpkg` and `xz`. */
export async function obtainPeers(directory: string): Promise<Peers> {
  const { main: mirror } = await hostMirrors();
  const current = await obtainPackages({ mirror, directory, ...CURRENT });
  const debian12 = await obtainPackages({ mirror, directory, ...DEBIAN_12 });
  const clientConfig = await writeClientConfig(directory, current.root);
  const program = (name: string, roots: readonly [string, ...string[]]): EngineProgram => ({
    name,
    hasNamedContexts: roots[0] === current.root,
    dockerd: path.join(roots[0], "usr/sbin/dockerd"),
    proxy: path.join(roots[0], "usr/sbin/docker-proxy"),
    // `docker-init` is a link to it, which in the newer suite leads to another package.
    init: path.join(debian12.root, "usr/bin/tini-static"),
    // The clients are the current ones everywhere; containerd and runc have to be the Engine's own.
    searchPath: [
      `${clientConfig}/bin`,
      ...roots.flatMap((root) => [`${root}/usr/bin`, `${root}/usr/sbin`]),
      SYSTEM_PATH,
    ].join(":"),
    clientConfig,
  });
  return {
    current: program("Engine 28", [current.root, debian12.root]),
    debian12: program("Engine 20.10", [debian12.root]),
    versions: {
      ...prefixed(DEBIAN_12.suite, debian12.versions),
      ...prefixed(CURRENT.suite, current.versions),
    },
  };
}

async function writeClientConfig(directory: string, root: string): Promise<string> {
  const config = path.join(directory, "config");
  const plugins = path.join(config, "cli-plugins");
  await rm(config, { recursive: true, force: true });
  await mkdir(plugins, { recursive: true });
  await mkdir(path.join(config, "bin"));
  await symlink(path.join(root, "usr/bin/docker"), path.join(config, "bin/docker"));
  for (const plugin of ["docker-buildx", "docker-compose"]) {
    const file = path.join(root, "usr/libexec/docker/cli-plugins", plugin);
    await symlink(file, path.join(plugins, plugin));
  }
  return config;
}

function prefixed(
  suite: string,
  versions: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(versions).map(([name, version]) => [`${name}/${suite}`, version]),
  );
}
