import { buildAccounts } from "../../../src/image/account-files.ts";
import type { InstallRequest, LeftScript } from "../../../src/packages/installation.ts";
import { install } from "../../../src/packages/rpm/installation.ts";
import { MemoryRoot } from "../../../src/packages/scripts/memory/memory-root.ts";
import { putFile } from "../../../src/packages/scripts/root-files.ts";
import type { UnpackedEntry } from "../../../src/packages/unpacked.ts";
import { type AnRpm, anRpm } from "./an-rpm.ts";

export const RPM_NOW = 1_704_067_200;

export interface InstalledRpms {
  readonly left: readonly LeftScript[];
  readonly root: MemoryRoot;
  /** The text of a file; undefined where there is none. */
  readonly textOf: (path: string) => string | undefined;
}

/** Installs made-up packages into a root without layers. */
export async function installRpms(
  rpms: readonly AnRpm[],
  options: Partial<Pick<InstallRequest, "scripts" | "isFirst" | "onScript" | "addAccounts">> & {
    readonly root?: MemoryRoot;
  } = {},
): Promise<InstalledRpms> {
  const { root = new MemoryRoot({ now: RPM_NOW }), scripts = "interpret" } = options;
  const left = await install({
    packages: rpms.map(anRpm),
    isFirst: options.isFirst ?? true,
    architecture: "amd64",
    root,
    resolve: (path) => path,
    scripts,
    answers: new Map(),
    now: RPM_NOW,
    place: ({ name, entries }) => {
      const { files = [] } = rpms.find((rpm) => rpm.name === name) ?? {};
      const contents = new Map(files.map(({ path, content }) => [path.slice(1), content]));
      for (const entry of entries)
        place(root, entry, contents.get(entry.path.replace(/\.rpmnew$/, "")));
    },
    ...(options.onScript === undefined ? {} : { onScript: options.onScript }),
    addAccounts: (templates) => {
      options.addAccounts?.(templates);
      const { usual } = templates;
      if (usual === undefined || root.stat("/etc/passwd") !== undefined) return;
      const files = buildAccounts({ ...usual, shadow: "", gshadow: "", users: [], groups: [] });
      for (const name of ["passwd", "group", "shadow", "gshadow"] as const)
        putFile(root, `/etc/${name}`, files[name]);
    },
    signal: new AbortController().signal,
  });
  const textOf = (path: string): string | undefined =>
    root.stat(path)?.kind === "file" ? Buffer.from(root.read(path)).toString("utf8") : undefined;
  return { left, root, textOf };
}

function place(
  root: MemoryRoot,
  { path, type, mode, uid, gid, linkTarget }: UnpackedEntry,
  content = "",
): void {
  // As an image keeps a folder, or a link to one, that is there.
  if (type === "directory" && root.stat(`/${path}`)?.kind === "directory") return;
  if (type === "hardlink") root.addLink(`/${path}`, `/${linkTarget ?? ""}`);
  else {
    const target = linkTarget === undefined ? {} : { target: linkTarget };
    const bytes = Buffer.from(content);
    root.add(`/${path}`, {
      kind: type,
      mode,
      uid,
      gid,
      content: bytes,
      size: bytes.length,
      ...target,
    });
  }
}
