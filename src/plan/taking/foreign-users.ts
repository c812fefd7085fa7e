import { QclockError } from "../../error.ts";
import type { PlanDraft } from "../draft.ts";
import type { Observed, OtherContainer } from "../observed.ts";

/** Names of containers that are not the stack's and are attached to the network. */
export function networkUsers(
  { others }: Pick<Observed, "others">,
  { id, name }: { readonly id: string; readonly name: string },
): readonly string[] {
  return namesOf(others, ({ networks }) => networks.includes(id) || networks.includes(name));
}

/** Names of containers that are not the stack's and mount the volume. */
export function volumeUsers(
  { others }: Pick<Observed, "others">,
  volume: string,
): readonly string[] {
  return namesOf(others, ({ volumes }) => volumes.includes(volume));
}

/** Names of containers that are not the stack's and were made from the image. */
function imageUsers({ others }: Pick<Observed, "others">, imageId: string): readonly string[] {
  return namesOf(others, (container) => container.imageId === imageId);
}

/**
 * Tell of somebody else's containers that were made from an image that is to be removed: the Engine
 * keeps it for them.
 */
export function noticeImageUsers(
  draft: PlanDraft,
  observed: Pick<Observed, "others">,
  image: { readonly id: string; readonly reference: string },
): void {
  const users = imageUsers(observed, image.id);
  if (users.length === 0) return;
  draft.notice(
    `${listOf(users)}, not of this stack, ${isAre(users)} made from image ${image.reference}: it stays until ${users.length === 1 ? "that container is" : "those containers are"} removed.`,
  );
}

/**
 * Throws `foreign-object` where somebody else's container is attached to a network that is to be
 * removed.
 */
export function refuseNetworkUsers(
  observed: Pick<Observed, "others">,
  network: { readonly id: string; readonly name: string },
): void {
  const users = networkUsers(observed, network);
  if (users.length === 0) return;
  const [first = ""] = users;
  throw new QclockError(
    "foreign-object",
    `Network ${network.name} is used by ${listOf(users)}, which ${isAre(users)} not of this stack.`,
    { hint: `Disconnect it first: docker network disconnect ${network.name} ${first}` },
  );
}

/**
 * Throws `foreign-volume` where somebody else's container mounts a volume that is to be removed.
 */
export function refuseVolumeUsers(observed: Pick<Observed, "others">, volume: string): void {
  const users = volumeUsers(observed, volume);
  if (users.length === 0) return;
  throw new QclockError(
    "foreign-volume",
    `Volume ${volume} is used by ${listOf(users)}, which ${isAre(users)} not of this stack.`,
    { hint: `Stop and remove ${listOf(users)} first, if its data may go.` },
  );
}

/** `a`, `a and b`, `a, b and c`. */
export function listOf(names: readonly string[]): string {
  return names.length < 2
    ? names.join("")
    : `${names.slice(0, -1).join(", ")} and ${names.at(-1) ?? ""}`;
}

/** `is` for one, `are` for several. */
export function isAre(names: readonly string[]): string {
  return names.length === 1 ? "is" : "are";
}

function namesOf(
  others: readonly OtherContainer[],
  isUser: (container: OtherContainer) => boolean,
): readonly string[] {
  return others.filter(isUser).map(({ name }) => name);
}
