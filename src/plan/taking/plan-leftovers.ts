import { isOfService } from "../../stack/labels.ts";
import { isBuilt } from "../images/built-images.ts";
import { isAre, listOf, networkUsers, noticeImageUsers } from "./foreign-users.ts";
import { noticeLookalikes } from "./lookalikes.ts";
import type { ObservedContainer } from "../observed.ts";
import type { Planning } from "../planning.ts";

/**
 * Take away what is ours and no longer declared: containers of services that are gone, networks
 * without a service, images that a newer one took the name of. Volumes stay.
 */
export function planLeftovers(planning: Planning): void {
  // With a choice of services the rest of the stack is not this plan's business.
  if (planning.options.services !== undefined) return;
  planContainers(planning);
  planNetworksGone(planning);
  planImagesReplaced(planning);
  noticeLookalikes(planning.draft, planning.observed, planning.stack);
}

/**
 * Helpers of a run that was killed hold on to the volumes that they were to fill, so they go first,
 * whatever the plan is about. So do containers of `run` that have ended: their run would have
 * removed them. One that runs is somebody's work.
 */
export function planHelpers({ draft, observed }: Planning): void {
  for (const { id, name, ours, role, status } of observed.containers) {
    const isLeft = role === "helper" || (role === "run" && hasEnded(status));
    if (!ours || !isLeft) continue;
    const operation = { type: "remove-container", name, id } as const;
    draft.add(`remove:${name}`, operation, "left by an interrupted run");
  }
}

function planContainers({ draft, stack, observed }: Planning): void {
  for (const { id, name, ours, service, role, status } of observed.containers) {
    if (!ours || !isOfService(role)) continue;
    const declared = stack.services.get(service ?? "");
    if (declared?.containerName === name) continue;
    const cause =
      declared === undefined
        ? `service ${service ?? name} is not in the manifest`
        : `service ${declared.name} has another container`;
    const stopped =
      status === "running" || status === "restarting"
        ? draft.add(
            `stop:${name}`,
            { type: "stop-container", name, id, gracePeriodMs: 10_000 },
            cause,
          )
        : undefined;
    draft.add(`remove:${name}`, { type: "remove-container", name, id }, cause, [stopped]);
  }
}

function planNetworksGone({ draft, stack, observed }: Planning): void {
  const declared = new Set([...stack.networks.values()].map(({ engineName }) => engineName));
  for (const { id, name, ours, key } of observed.networks) {
    if (!ours || declared.has(name)) continue;
    const users = networkUsers(observed, { id, name });
    if (users.length > 0) {
      draft.notice(
        `Network ${name} is not in the manifest, but stays: ${listOf(users)} ${isAre(users)} attached to it and not of this stack.`,
      );
      continue;
    }
    draft.add(
      `remove-network:${key ?? name}`,
      { type: "remove-network", name, id },
      `network ${key ?? name} is not in the manifest`,
      draft.idsOf("remove:"),
    );
  }
}

/**
 * Images are ours by their names alone. One that lost its name to a newer one is removed by its id,
 * when qclock is known to have built it: it may as well be what somebody built on ours.
 */
function planImagesReplaced(planning: Planning): void {
  const { draft, stack, observed, records } = planning;
  const declared = new Map([...stack.images.values()].map((image) => [image.reference, image]));
  for (const [reference, found] of observed.images) {
    const image = declared.get(reference);
    if (image === undefined) {
      const isNamed = !reference.startsWith("sha256:");
      if (!isNamed && records.get(found.fingerprint ?? "")?.has(found.identity) !== true) continue;
      noticeImageUsers(draft, observed, found);
      draft.add(
        `remove-image:${short(reference)}`,
        { type: "remove-image", reference, id: found.id },
        isNamed ? "image is not in the manifest" : "replaced by a newer image",
        draft.idsOf("load:", "build:", "create:", "remove:"),
      );
      continue;
    }
    const { name } = image;
    const isReplaced = draft.has(`load:${name}`) || draft.has(`build:${name}`);
    const { fingerprint = "" } = found;
    if (!isReplaced || !isBuilt(planning, image, { present: found, fingerprint })) continue;
    noticeImageUsers(draft, observed, found);
    draft.add(
      `remove-image:${name}`,
      { type: "remove-image", reference: found.id, id: found.id },
      "replaced by the new image",
      [...draft.idsOf("load:", "build:"), ...draft.idsOf("create:", "remove:")],
    );
  }
}

function hasEnded(status: ObservedContainer["status"]): boolean {
  return status === "exited" || status === "dead";
}

function short(reference: string): string {
  return reference.startsWith("sha256:") ? reference.slice(7, 19) : reference;
}
