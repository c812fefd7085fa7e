/**
 * Assembles a parent and a child from made-up packages and prints their digests: run in a process
 * of its own, so that a test can vary what surrounds the build. Arguments: folder of the store,
 * `forward` or `backward`, how many threads unpack.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { assembleImage } from "../../src/image/assemble/assemble.ts";
import { noFiles, scanFiles } from "../../src/image/files/files.ts";
import { unpackPackages } from "../../src/image/unpack/unpack-packages.ts";
import { createUnpackPool } from "../../src/image/unpack/unpack-pool.ts";
import type { LockedImage } from "../../src/packages/package.ts";
import type { AssembledImage } from "../../src/stack/stack.ts";
import type { Digest } from "../../src/digest.ts";
import { openStore } from "../../src/store/disk-store.ts";
import { emptyImage, EPOCH, FINGERPRINT, targetOf, noScripts } from "./assemble.ts";
import { type DebParts, debOf, file, folder, link, lockedOf } from "./deb.ts";

const [folderPath = "", order = "forward", threads = "2"] = process.argv.slice(2);

/** What a script can ask of the time, of chance, of orders and of whom it runs as. */
const postinst = `#!/bin/sh
set -e
{ date; date +%Z; mktemp -u; echo $$ "$RANDOM" "$PPID"; umask; pwd; id; uname -a; ls -la /etc /tmp
  find / -name '*.conf'; env; printf '%s\\n' /etc/*; times; hostname; echo ä | tr a-z A-Z; sort /etc/passwd
} > "/var/log-of-$DPKG_MAINTSCRIPT_PACKAGE" 2>&1
adduser --system --group "_\${DPKG_MAINTSCRIPT_PACKAGE%%-*}x" || true
touch "/etc/touched-$DPKG_MAINTSCRIPT_PACKAGE"; mkdir -p "/srv/$DPKG_MAINTSCRIPT_PACKAGE/a"
[ "$DPKG_MAINTSCRIPT_PACKAGE" != tool ] || update-alternatives --install /usr/bin/alt alt /usr/bin/tool 10
[ "$1" != configure ] || dpkg-trigger own
`;

const packages: readonly DebParts[] = ["ä-first", "base-files", "lib", "tool", "Zebra"].map(
  (name, index) => ({
    name,
    compression: index % 2 === 0 ? "gz" : "zst",
    files: [
      folder("etc", { mtime: 1_800_000_000 }),
      file(`etc/${name}.conf`, `${name}\n`, { mtime: 1_500_000_000 + index }),
      file(`lib/${name}/data`, name.repeat(1000 * (index + 1)), { uid: index }),
      { path: `usr/bin/${name}`, type: "hardlink", target: `lib/${name}/data` },
      link(`usr/share/${name}`, "../lib"),
      file("usr/share/shared", "same"),
    ],
    control: { conffiles: `/etc/${name}.conf\n`, postinst, triggers: "interest own\n" },
  }),
);

/** Each package comes in its own time, so that they arrive in another order. */
async function arrive(
  debs: readonly DebParts[],
  store: string,
): Promise<ReadonlyMap<Digest, { readonly path: string; readonly delayMs: number }>> {
  const found = new Map<Digest, { path: string; delayMs: number }>();
  for (const [index, deb] of debs.entries()) {
    const bytes = debOf(deb);
    const path = join(store, `${index}.deb`);
    await writeFile(path, bytes);
    const place = order === "forward" ? index : debs.length - index;
    found.set(lockedOf(deb, bytes).digest, { path, delayMs: 5 * place });
  }
  return found;
}

await mkdir(join(folderPath, "rootfs/srv"), { recursive: true });
await writeFile(join(folderPath, "rootfs/srv/page"), "page\n");
const store = await openStore(join(folderPath, "store"));
const files = await arrive(packages, folderPath);
const { signal } = new AbortController();
await using pool = createUnpackPool({
  threads: Number(threads),
  storeDirectory: store.directory,
  signal,
});
const common = {
  runScripts: noScripts,
  stackName: "t-made-up",
  started: [],
  users: [],
  fingerprint: FINGERPRINT,
  store,
  python: async () => undefined,
  filePath: async () => Promise.reject(new Error("these images have no artifact")),
  // A script of which nothing is in the image would show in no digest.
  onNotice: (message: string) => {
    if (message.includes("undone")) throw new Error(message);
  },
  signal,
};
const unpacking =
  (image: AssembledImage, { packages: locked }: LockedImage) =>
  (anew: boolean) =>
    unpackPackages({
      os: "debian-12",
      anew,
      image,
      packages: locked,
      fetch:
        () =>
        async ({ digest }) => {
          const { path = "", delayMs = 0 } = files.get(digest) ?? {};
          await setTimeout(delayMs);
          return path;
        },
      pool,
      rank: 0,
      store,
      onProgress: () => undefined,
    });
const lockedFor = (debs: readonly DebParts[]) => ({
  packages: debs.map((deb) => lockedOf(deb, debOf(deb))),
  newestBuild: EPOCH,
});
const lower = lockedFor(packages.slice(0, 3));
const upper = lockedFor(packages.slice(3));
const user = { name: "one", uid: 10_001, gid: 10_001, home: "/", shell: "/bin/false", gecos: "" };
const base = { ...emptyImage, users: [user] };
const app = {
  ...emptyImage,
  files: [{ source: join(folderPath, "rootfs"), target: "/", uid: 0, gid: 0 }],
};
const parent = await assembleImage({
  ...common,
  image: base,
  parent: undefined,
  locked: lower,
  unpack: unpacking(base, lower),
  target: targetOf(base, lower.packages),
  scan: noFiles,
});
const child = await assembleImage({
  ...common,
  image: app,
  parent,
  locked: upper,
  unpack: unpacking(app, upper),
  target: targetOf(app, upper.packages),
  scan: await scanFiles(app, store),
});
process.stdout.write(
  JSON.stringify([
    ...child.layers.map(({ diffId }) => diffId),
    parent.configDigest,
    child.configDigest,
    child.manifestDigest,
  ]),
);
