import path from "node:path";
import type { ManifestService } from "../manifest/schema/manifest.ts";
import { projectPath } from "./project-path.ts";
import type { ServiceRequest } from "./services.ts";
import type { Mount, SecretMount, TmpfsMount } from "./stack.ts";
import { isInside, parseMode, parseSize } from "./values.ts";

const DEFAULT_TMPFS_BYTES = 64 * 1024 * 1024;

/** Volumes and paths of the host; the latter need a reason. */
export function resolveMounts(request: ServiceRequest): readonly Mount[] {
  const { name, service, loaded, problems } = request;
  const mounts: Mount[] = [];
  for (const [index, volume] of (service.volumes ?? []).entries()) {
    const at = ["services", name, "volumes", index] as const;
    const { type, source, target, readOnly } = readMount(volume);
    if (type === "volume") {
      if (request.volumes.has(source)) mounts.push({ type, volume: source, target, readOnly });
      else {
        problems.addUnknown({
          code: "unknown-volume",
          noun: "Volume",
          name: source,
          path: at,
          home: ["volumes"],
          known: request.volumes.keys(),
        });
      }
      continue;
    }
    if (source.startsWith("~")) {
      problems.add("invalid-value", loaded.locator.value(at), {
        message: `"${source}" would be a folder named "~": nothing is expanded.`,
        hint: "Write ${HOME} instead.",
      });
    }
    const absolute = path.resolve(loaded.directory, source);
    // A path elsewhere is looked for by the Engine alone, whose machine may be another one.
    const place = isInside(loaded.directory, absolute)
      ? projectPath(request, source, {
          at,
          hint: "Mount the link's target by its own absolute path, so that the manifest shows it.",
        })
      : { path: absolute, kind: "other" };
    if (place.kind === "missing") {
      problems.add("missing-file", loaded.locator.value(at), {
        message: `"${source}" does not exist on this machine.`,
      });
    }
    if (service.policy?.bind_mounts?.[target] === undefined) {
      problems.add("exception-without-reason", loaded.locator.value(at), {
        message: `Service "${name}" mounts "${source}" of the host without a reason.`,
        hint: `Use a named volume, or say why: policy: { bind_mounts: { "${target}": "the reason" } }.`,
      });
    }
    mounts.push({ type, source: place.path, target, readOnly });
  }
  return mounts;
}

/** Of two mounts on one path the Engine would silently show one. */
export function refuseSameTargets(
  { name, loaded, problems }: ServiceRequest,
  mounts: readonly Mount[],
  tmpfs: readonly TmpfsMount[],
): void {
  const targets = [...mounts, ...tmpfs].map(({ target }) => target.replace(/(?<=.)\/+$/, ""));
  for (const target of new Set(targets.filter((each, index) => targets.indexOf(each) !== index))) {
    const at = mounts.some((mount) => mount.target === target) ? "volumes" : "tmpfs";
    problems.add("duplicate-name", loaded.locator.key(["services", name, at]), {
      message: `Service "${name}" mounts two things on ${target}.`,
      hint: "Give one of the two another path.",
    });
  }
}

function readMount(volume: NonNullable<ManifestService["volumes"]>[number]): {
  readonly type: "volume" | "bind";
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
} {
  if (typeof volume !== "string") return { ...volume, readOnly: volume.read_only };
  const [source = "", target = "", mode] = volume.split(":");
  return {
    type: /^[./~]/.test(source) ? "bind" : "volume",
    source,
    target,
    readOnly: mode === "ro",
  };
}

/** Writable paths in memory. */
export function resolveTmpfs(service: ManifestService): readonly TmpfsMount[] {
  const entries = typeof service.tmpfs === "string" ? [service.tmpfs] : (service.tmpfs ?? []);
  return entries.map((entry) => {
    const mount = typeof entry === "string" ? parseTmpfs(entry) : entry;
    return {
      target: mount.target,
      sizeBytes: mount.size === undefined ? DEFAULT_TMPFS_BYTES : parseSize(mount.size),
      mode: mount.mode === undefined ? 0o750 : parseMode(mount.mode),
      ...(mount.uid === undefined ? {} : { uid: mount.uid }),
      ...(mount.gid === undefined ? {} : { gid: mount.gid }),
    };
  });
}

function parseTmpfs(text: string): {
  readonly target: string;
  readonly size?: string;
  readonly mode?: string;
  readonly uid?: number;
  readonly gid?: number;
} {
  const [target = "", options = ""] = text.split(":");
  const values = new Map(
    options.split(",").map((option) => [option.split("=")[0], option.split("=")[1]]),
  );
  const [size, mode, uid, gid] = ["size", "mode", "uid", "gid"].map((key) => values.get(key));
  return {
    target,
    ...(size === undefined ? {} : { size }),
    ...(mode === undefined ? {} : { mode }),
    ...(uid === undefined ? {} : { uid: Number(uid) }),
    ...(gid === undefined ? {} : { gid: Number(gid) }),
  };
}

/** Secrets as files below /run/secrets. */
export function resolveSecretMounts(request: ServiceRequest): readonly SecretMount[] {
  const { name, service, problems, secrets } = request;
  const mounts: SecretMount[] = [];
  for (const [index, entry] of (service.secrets ?? []).entries()) {
    const mount = typeof entry === "string" ? { source: entry } : entry;
    if (!secrets.has(mount.source)) {
      problems.addUnknown({
        code: "unknown-secret",
        noun: "Secret",
        name: mount.source,
        path: ["services", name, "secrets", index],
        home: ["secrets"],
        known: secrets.keys(),
      });
      continue;
    }
    const target = mount.target ?? mount.source;
    if (!/^(?:\/run\/secrets\/)?[^/]+$/.test(target)) {
      problems.add(
        "invalid-value",
        request.loaded.locator.value(["services", name, "secrets", index]),
        {
          message: `Secret "${mount.source}" must be a file in /run/secrets, not "${target}".`,
        },
      );
    }
    mounts.push({
      secret: mount.source,
      target: target.startsWith("/") ? target : `/run/secrets/${target}`,
      mode: mount.mode === undefined ? 0o400 : parseMode(mount.mode),
      ...(mount.uid === undefined ? {} : { uid: Number(mount.uid) }),
      ...(mount.gid === undefined ? {} : { gid: Number(mount.gid) }),
    });
  }
  return mounts;
}
