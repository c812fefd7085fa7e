import type { Engine } from "../docker/engine.ts";
import type { Image, Service, Stack } from "../stack/stack.ts";

/** Numbers of the user that a service runs as. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Who a service runs as, in numbers, for the owners of its tmpfs mounts and secrets: the service's own
 * `user`, else the image's. Names are looked up among the accounts that the images declare; of an image
 * made elsewhere the Engine knows the user.
 */
export async function userOf(
  stack: Stack,
  service: Service,
  engine: Engine,
  signal: AbortSignal,
): Promise<Owner> {
  const image = stack.images.get(service.image);
  const declared = service.user ?? (image === undefined ? undefined : userOfImage(stack, image));
  const text = declared ?? (await engine.inspectImage(image?.reference ?? "", signal))?.user ?? "";
  return parseUser(stack, text);
}

function userOfImage(stack: Stack, image: Image): string | undefined {
  if (image.type !== "assembled") return undefined;
  const parent = stack.images.get(image.parent ?? "");
  return image.config.user ?? (parent === undefined ? undefined : userOfImage(stack, parent));
}

function parseUser(stack: Stack, text: string): Owner {
  const [user = "", group] = text.split(":");
  const accounts = [...stack.images.values()].flatMap((image) =>
    image.type === "assembled" ? image.users : [],
  );
  const groups = [...stack.images.values()].flatMap((image) =>
    image.type === "assembled" ? image.groups : [],
  );
  const account = accounts.find(({ name, uid }) => name === user || String(uid) === user);
  const uid = /^\d+$/.test(user) ? Number(user) : (account?.uid ?? 0);
  if (group === undefined || group === "")
    return { uid, gid: account?.gid ?? (/^\d+$/.test(user) ? uid : 0) };
  const gid = /^\d+$/.test(group) ? Number(group) : groups.find(({ name }) => name === group)?.gid;
  return { uid, gid: gid ?? account?.gid ?? 0 };
}
