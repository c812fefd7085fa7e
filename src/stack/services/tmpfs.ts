import type { DocumentPath } from "../../manifest/text/locate.ts";
import type { ServiceRequest } from "../request.ts";
import type { TmpfsMount } from "../stack.ts";
import { parseMode, parseSize } from "../values.ts";

const DEFAULT_TMPFS_BYTES = 64 * 1024 * 1024;

/** What the manifest says of a path in memory, in whatever notation. */
interface WrittenTmpfs {
  readonly target: string;
  readonly size?: string | number | undefined;
  readonly mode?: string | undefined;
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
  readonly exec: boolean;
}

/** Writable paths in memory: those of `tmpfs`, and those of `volumes` with `type: tmpfs`. */
export function resolveTmpfs(request: ServiceRequest): readonly TmpfsMount[] {
  const { name, service } = request;
  const { tmpfs = [], volumes = [] } = service;
  const mounts: TmpfsMount[] = [];
  const add = (written: WrittenTmpfs, at: DocumentPath): void => {
    if (written.exec) refuseUnexplained(request, written.target, at);
    mounts.push(resolveOne(written));
  };
  if (typeof tmpfs === "string") add(parseTmpfs(tmpfs), ["services", name, "tmpfs"]);
  else {
    for (const [index, entry] of tmpfs.entries()) {
      const written = typeof entry === "string" ? parseTmpfs(entry) : entry;
      add(written, ["services", name, "tmpfs", index]);
    }
  }
  for (const [index, volume] of volumes.entries()) {
    if (typeof volume === "string" || volume.type !== "tmpfs") continue;
    const at = ["services", name, "volumes", index] as const;
    refuseSource(request, volume, at);
    add({ exec: false, ...volume.tmpfs, target: volume.target }, at);
  }
  return mounts;
}

/** What can be written and then run is how a way in becomes a stay, so that it takes a reason. */
function refuseUnexplained(
  { name, service, loaded, problems }: ServiceRequest,
  target: string,
  at: DocumentPath,
): void {
  if (service.policy?.tmpfs_exec?.[target] !== undefined) return;
  problems.add("exception-without-reason", loaded.locator.value(at), {
    message: `Service "${name}" may run programs from ${target}, where it can write, without a reason.`,
    hint: `Leave \`exec\` out, or say why: policy: { tmpfs_exec: { "${target}": "the reason" } }.`,
  });
}

/** Memory comes from nowhere, and can be read only when it was written before. */
function refuseSource(
  { loaded, problems }: ServiceRequest,
  {
    source,
    read_only: readOnly,
  }: { readonly source?: string | undefined; readonly read_only: boolean },
  at: DocumentPath,
): void {
  const add = (key: string, message: string): void =>
    problems.add("invalid-value", loaded.locator.key([...at, key]), {
      message,
      hint: "Remove it.",
    });
  if (source !== undefined) add("source", "A path in memory has no `source`: it begins empty.");
  if (readOnly) add("read_only", "A path in memory that cannot be written stays empty.");
}

function resolveOne({ target, size, mode, uid, gid, exec }: WrittenTmpfs): TmpfsMount {
  return {
    target,
    sizeBytes: size === undefined ? DEFAULT_TMPFS_BYTES : parseSize(size),
    mode: mode === undefined ? 0o750 : parseMode(mode),
    ...(exec ? { exec } : {}),
    ...(uid === undefined ? {} : { uid }),
    ...(gid === undefined ? {} : { gid }),
  };
}

/** `path:options`; of an option that is there twice the last one counts, as for mount(8). */
function parseTmpfs(text: string): WrittenTmpfs {
  const [target = "", options = ""] = text.split(":");
  const words = options.split(",");
  const values = new Map(words.map((word) => [word.split("=")[0], word.split("=")[1]]));
  const numberOf = (key: string): number | undefined => {
    const value = values.get(key);
    return value === undefined ? undefined : Number(value);
  };
  return {
    target,
    size: values.get("size"),
    mode: values.get("mode"),
    uid: numberOf("uid"),
    gid: numberOf("gid"),
    exec: words.findLast((word) => word === "exec" || word === "noexec") === "exec",
  };
}
