import path from "node:path";
import type { DocumentPath } from "../../manifest/text/locate.ts";
import type { ManifestService } from "../../manifest/schema/manifest.ts";
import { projectPath } from "../project-path.ts";
import type { ServiceRequest } from "../request.ts";
import type { Mount, SecretMount, TmpfsMount } from "../stack.ts";
import { isInside, parseMode } from "../values.ts";

/** Volumes and paths of the host; the latter need a reason. */
export function resolveMounts(request: ServiceRequest): readonly Mount[] {
  const { name, service, loaded, problems } = request;
  const mounts: Mount[] = [];
  for (const [index, volume] of (service.volumes ?? []).entries()) {
    const at = ["services", name, "volumes", index] as const;
    const { type, source, target, readOnly } = readMount(volume);
    // See `resolveTmpfs`.
    if (type === "tmpfs") continue;
    if (source === undefined) {
      problems.add("missing-key", loaded.locator.value(at), {
        message: `A mount of type "${type}" lacks "source".`,
        hint:
          type === "volume"
            ? "Name a volume of `volumes`; data without a name would be lost with the container."
            : "Name a path of the host.",
      });
      continue;
    }
    refuseTmpfsOptions(request, at, volume);
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

type VolumeEntry = NonNullable<ManifestService["volumes"]>[number];

function refuseTmpfsOptions(
  { loaded, problems }: ServiceRequest,
  at: DocumentPath,
  volume: VolumeEntry,
): void {
  if (typeof volume === "string" || volume.tmpfs === undefined) return;
  problems.add("invalid-value", loaded.locator.key([...at, "tmpfs"]), {
    message: `\`tmpfs\` says nothing of a mount of type "${volume.type}".`,
    hint: "Write `type: tmpfs` for a path in memory, or remove it.",
  });
}

function readMount(volume: VolumeEntry): {
  readonly type: "volume" | "bind" | "tmpfs";
  readonly source: string | undefined;
  readonly target: string;
  readonly readOnly: boolean;
} {
  if (typeof volume !== "string") {
    const { type, source, target, read_only: readOnly } = volume;
    return { type, source, target, readOnly };
  }
  const [source = "", target = "", mode] = volume.split(":");
  return {
    type: /^[./~]/.test(source) ? "bind" : "volume",
    source,
    target,
    readOnly: mode === "ro",
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
