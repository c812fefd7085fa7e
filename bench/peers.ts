import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { access, mkdir, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { execa } from "execa";

/** The programs that qclock is measured against, unpacked from Debian's packages into one folder. */
export interface Peers {
  readonly root: string;
  /** Environment in which `docker`, `docker buildx` and `docker compose` are the peers'. */
  readonly environment: Readonly<Record<string, string>>;
  /** Package names with the versions that were measured. */
  readonly versions: ReadonlyMap<string, string>;
}

/** Debian 12 itself has Engine 20.10 only; the next suites carry Engine 28 with its clients. */
const SUITE = "sid";
const WANTED = ["docker.io", "docker-cli", "docker-buildx", "docker-compose", "containerd"];

interface IndexEntry {
  readonly name: string;
  readonly version: string;
  readonly filename: string;
  readonly sha256: string;
}

/** Fetch and unpack the peers once; a second call finds them. Needs Debian's `dpkg` and `xz`. */
export async function obtainPeers(directory: string): Promise<Peers> {
  const root = path.join(directory, "root");
  const versionsFile = path.join(directory, "versions.json");
  if (!(await exists(versionsFile))) {
    await rm(directory, { recursive: true, force: true });
    await mkdir(root, { recursive: true });
    const mirror = await hostMirror();
    const entries = await readIndex(mirror);
    for (const entry of entries) await unpack({ mirror, entry, directory, root });
    await writeFile(
      versionsFile,
      JSON.stringify(Object.fromEntries(entries.map(({ name, version }) => [name, version]))),
    );
  }
  const versions: unknown = JSON.parse(await readFile(versionsFile, "utf8"));
  return {
    root,
    environment: await clientEnvironment(directory, root),
    versions: new Map(Object.entries(versions ?? {}).map(([name, v]) => [name, String(v)])),
  };
}

/** The Debian mirror that the host's own apt is set up with. */
async function hostMirror(): Promise<string> {
  const folder = "/etc/apt/sources.list.d";
  for (const name of await readdir(folder)) {
    if (!name.endsWith(".sources")) continue;
    const text = await readFile(path.join(folder, name), "utf8");
    const uri = /^URIs:\s*(\S*\/debian)\/?\s*$/m.exec(text)?.[1];
    if (uri !== undefined) return uri;
  }
  throw new Error("apt names no Debian mirror in /etc/apt/sources.list.d/*.sources");
}

async function readIndex(mirror: string): Promise<readonly IndexEntry[]> {
  const response = await fetch(`${mirror}/dists/${SUITE}/main/binary-amd64/Packages.xz`);
  if (!response.ok) throw new Error(`The mirror answered ${response.status} for the index.`);
  const { stdout } = await execa("xz", ["-dc"], {
    input: Buffer.from(await response.arrayBuffer()),
    maxBuffer: 512 * 1024 * 1024,
  });
  const found = new Map<string, IndexEntry>();
  for (const paragraph of stdout.split("\n\n")) {
    const name = field(paragraph, "Package");
    if (name === undefined || !WANTED.includes(name)) continue;
    const [version, filename, sha256] = ["Version", "Filename", "SHA256"].map((key) =>
      field(paragraph, key),
    );
    if (version === undefined || filename === undefined || sha256 === undefined) continue;
    found.set(name, { name, version, filename, sha256 });
  }
  const missing = WANTED.filter((name) => !found.has(name));
  if (missing.length > 0) throw new Error(`The mirror's ${SUITE} lacks ${missing.join(", ")}.`);
  return [...found.values()];
}

function field(paragraph: string, key: string): string | undefined {
  return new RegExp(`^${key}: (.*)$`, "m").exec(paragraph)?.[1];
}

async function unpack(request: {
  readonly mirror: string;
  readonly entry: IndexEntry;
  readonly directory: string;
  readonly root: string;
}): Promise<void> {
  const { mirror, entry, directory, root } = request;
  const file = path.join(directory, path.basename(entry.filename));
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

/** A `PATH` and a client configuration of the peers' own, so that no plugin of the host is measured by mistake. */
async function clientEnvironment(
  directory: string,
  root: string,
): Promise<Readonly<Record<string, string>>> {
  const plugins = path.join(directory, "config", "cli-plugins");
  await mkdir(plugins, { recursive: true });
  for (const plugin of ["docker-buildx", "docker-compose"]) {
    const link = path.join(plugins, plugin);
    await rm(link, { force: true });
    await symlink(path.join(root, "usr/libexec/docker/cli-plugins", plugin), link);
  }
  return {
    PATH: `${root}/usr/bin:${root}/usr/sbin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin`,
    DOCKER_CONFIG: path.join(directory, "config"),
  };
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
