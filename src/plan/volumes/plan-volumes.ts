import { createHash } from "node:crypto";
import { QclockError } from "../../error.ts";
import { labels } from "../../stack/labels.ts";
import type { Service } from "../../stack/stack.ts";
import { refuseVolumeUsers } from "../taking/foreign-users.ts";
import { keepExternal } from "../keep-external.ts";
import { imageReadyId } from "../images/plan-images.ts";
import type { Planning } from "../planning.ts";
import { secretsVolumeName } from "./secret-volumes.ts";

/**
 * What of a service's secrets, if it changes, means that their files must be written again. It goes
 * into labels, which whoever sees `docker inspect` reads, so nothing of the content is in it: not
 * even a slow or keyed hash, from which a weak secret could be guessed.
 */
export function secretsHash(service: Service): string {
  if (service.secrets.length === 0) return "none";
  const parts = service.secrets.map((mount) => ({ ...mount, user: service.user }));
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 16);
}

/**
 * Make the volumes and secrets that are missing. Data is never made again: a volume that exists is
 * used or refused.
 */
export function planVolumes(planning: Planning): void {
  planDataVolumes(planning);
  for (const service of planning.services) planSecrets(planning, service);
}

function planDataVolumes(planning: Planning): void {
  const { draft, stack, services, observed } = planning;
  const needed = new Set(
    services.flatMap(({ mounts }) =>
      mounts.flatMap((mount) => (mount.type === "volume" ? [mount.volume] : [])),
    ),
  );
  for (const volume of stack.volumes.values()) {
    if (!needed.has(volume.name)) continue;
    const found = observed.volumes.find(({ name }) => name === volume.engineName);
    if (volume.external !== undefined)
      keepExternal(draft, { kind: "volume", thing: volume, isPresent: found !== undefined });
    if (found === undefined) {
      draft.add(
        `volume:${volume.name}`,
        { type: "create-volume", volume: volume.name },
        "not found",
      );
      continue;
    }
    if (!found.ours && volume.external === undefined) {
      throw new QclockError(
        "foreign-volume",
        `A volume named ${volume.engineName} exists, but is not this stack's.`,
        {
          hint: "Its data may be somebody else's: give the stack or the volume another name, or remove it yourself.",
        },
      );
    }
    const os = found.labels.get(labels.os);
    if (os !== undefined && os !== stack.os) {
      throw new QclockError(
        "foreign-volume",
        `Volume ${volume.engineName} holds data that was made on ${os}; the stack now runs on ${stack.os}.`,
        {
          hint: `Another system's database may not read it. Run with --os ${os}, or move the data by a dump.`,
        },
      );
    }
    if (volume.external === undefined) draft.keep("volume", volume.name, "exists");
  }
}

function planSecrets(planning: Planning, service: Service): void {
  const { draft, stack, observed } = planning;
  if (service.secrets.length === 0) return;
  const name = secretsVolumeName(stack.name, service.name);
  const found = observed.volumes.find((volume) => volume.name === name);
  const secrets = service.secrets.map(({ secret }) => secret);
  // Whose the files are is the image's to say.
  const image = imageReadyId(planning, service.image);
  if (found === undefined) {
    draft.add(
      `secrets:${service.name}`,
      { type: "write-secrets", service: service.name, secrets },
      "not found",
      [image],
    );
    return;
  }
  if (!found.ours) {
    throw new QclockError(
      "foreign-volume",
      `A volume named ${name} exists, but is not this stack's.`,
      {
        hint: "Give the stack another name, or remove the volume yourself.",
      },
    );
  }
  const cause = staleSecrets(planning, service);
  if (cause === undefined) {
    draft.keep("secret", service.name, "written");
    return;
  }
  const helpers = observed.containers.flatMap(({ role, name: helper }) =>
    role === "helper" || role === "run" ? `remove:${helper}` : [],
  );
  refuseVolumeUsers(observed, name);
  const emptied = draft.add(
    `remove-secrets:${service.name}`,
    { type: "remove-volume", name },
    cause,
    [`remove:${service.name}`, ...helpers],
  );
  draft.add(
    `secrets:${service.name}`,
    { type: "write-secrets", service: service.name, secrets },
    cause,
    [emptied, image],
  );
}

/**
 * Why the secrets in a service's volume are not to be used; undefined when they are, or when there
 * is no volume. One that a service without secrets has left from before is not looked at.
 */
export function staleSecrets(
  planning: Pick<Planning, "stack" | "observed" | "changedSecrets" | "writtenSecrets">,
  service: Service,
): string | undefined {
  const { stack, observed, changedSecrets, writtenSecrets } = planning;
  if (service.secrets.length === 0) return undefined;
  const name = secretsVolumeName(stack.name, service.name);
  const found = observed.volumes.find((volume) => volume.name === name);
  if (found === undefined) return undefined;
  if (found.configHash !== secretsHash(service) || changedSecrets.has(service.name))
    return "its secrets changed";
  // The label is there before the files are. That they were written to their end is known from the
  // container, which is made afterwards, or from a note of the run that wrote them; without either
  // that run may have been killed in between.
  const isProven =
    writtenSecrets.has(service.name) ||
    observed.containers.some((one) => one.ours && one.service === service.name);
  return isProven ? undefined : "perhaps not written to their end";
}
