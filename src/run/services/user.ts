import type { Engine } from "../../docker/engine.ts";
import { QclockError } from "../../error.ts";
import type { Image, Service, Stack } from "../../stack/stack.ts";

/** Numbers of the user that a service runs as. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Who a service runs as, in numbers, for the owners of its tmpfs mounts and secrets: the service's
 * own `user`, else the image's. A name, and the group of a user without one, is looked up in the
 * image's own accounts, as the Engine does when it starts the container: a package may have made
 * them.
 */
export async function userOf(
  stack: Stack,
  service: Service,
  engine: Engine,
  signal: AbortSignal,
): Promise<Owner> {
  const image = stack.images.get(service.image);
  const reference = image?.reference ?? "";
  const declared = service.user ?? (image === undefined ? undefined : userOfImage(stack, image));
  const text = declared ?? (await engine.inspectImage(reference, signal))?.user ?? "";
  const [user = "", group] = text.split(":");
  if (user === "") return { uid: 0, gid: 0 };
  if (isNumber(user) && group !== undefined && isNumber(group))
    return { uid: Number(user), gid: Number(group) };
  const accounts = await readAccounts(engine, { stackName: stack.name, reference, signal });
  const account = accounts.users.find(({ name, uid }) => name === user || String(uid) === user);
  const uid = isNumber(user) ? Number(user) : account?.uid;
  if (uid === undefined) throw unknownAccount(service, "user", user);
  if (group === undefined || group === "") return { uid, gid: account?.gid ?? 0 };
  const gid = isNumber(group) ? Number(group) : accounts.groups.get(group);
  if (gid === undefined) throw unknownAccount(service, "group", group);
  return { uid, gid };
}

interface Accounts {
  readonly users: readonly { readonly name: string; readonly uid: number; readonly gid: number }[];
  readonly groups: ReadonlyMap<string, number>;
}

/**
 * The accounts in an image's files, read through a container that is never started. An image
 * without such files has none.
 */
async function readAccounts(
  engine: Engine,
  {
    reference,
    ...request
  }: { readonly stackName: string; readonly reference: string; readonly signal: AbortSignal },
): Promise<Accounts> {
  const { readImageFiles } = await import("../images/image-files.ts");
  const files = await readImageFiles(engine, reference, {
    ...request,
    paths: ["/etc/passwd", "/etc/group"],
  });
  const rows = (path: string): readonly (readonly string[])[] =>
    (files.get(path) ?? "").split("\n").map((line) => line.split(":"));
  return {
    users: rows("/etc/passwd").map(([name = "", , uid, gid]) => ({
      name,
      uid: Number(uid),
      gid: Number(gid),
    })),
    groups: new Map(rows("/etc/group").map(([name = "", , gid]) => [name, Number(gid)])),
  };
}

function unknownAccount(service: Service, kind: "user" | "group", name: string): QclockError {
  return new QclockError(
    "engine-failed",
    `Service "${service.name}" runs as ${kind} "${name}", which image "${service.image}" does not have.`,
    { hint: `Declare it under \`accounts\` of the image, or give \`user\` in numbers.` },
  );
}

function isNumber(text: string): boolean {
  return /^\d+$/.test(text);
}

function userOfImage(stack: Stack, image: Image): string | undefined {
  if (image.type !== "assembled") return undefined;
  const parent = stack.images.get(image.parent ?? "");
  return image.config.user ?? (parent === undefined ? undefined : userOfImage(stack, parent));
}
