import type { Manifest, ManifestImage } from "../../manifest/schema/manifest.ts";
import type { OsName } from "../../os.ts";
import type { NumericUser } from "../stack.ts";
import { parsePairs } from "../values.ts";
import { baseUserNumbers } from "./accounts.ts";

/**
 * Users that an image and the services of it give by number, and that neither it nor an image below
 * declares: sorted, each once. Services of every profile count, so that the image is the same with
 * each. None for an image without packages and accounts, which has no account files.
 */
export function numericUsersOf(
  name: string,
  {
    manifest,
    os,
  }: { readonly manifest: Pick<Manifest, "images" | "services">; readonly os: OsName },
): readonly NumericUser[] {
  const chain = chainOf(name, manifest);
  const [[, image] = []] = chain;
  if (image === undefined || !chain.some(([, each]) => hasAccountFiles(each))) return [];
  const known = new Set([
    0,
    ...baseUserNumbers(os),
    ...chain.flatMap(([, each]) => (each.accounts?.users ?? []).map(({ uid }) => uid)),
    ...chain.slice(1).flatMap((below) => wanted(below, manifest).map(({ uid }) => uid)),
  ]);
  const home = homeOf(parsePairs(image.environment).get("HOME"));
  const own = Map.groupBy(wanted([name, image], manifest), ({ uid }) => uid);
  return [...own]
    .filter(([uid]) => !known.has(uid))
    .map(([uid, users]) => ({ uid, gid: commonGroup(users), home }))
    .toSorted((a, b) => a.uid - b.uid);
}

/** As a field of `/etc/passwd` holds it: a colon or a line end would begin another field. */
function homeOf(text = "/"): string {
  return /^\/[^:\p{Cc}]*$/u.test(text) ? text : "/";
}

/** Who names no group is in that of the account: root's, as where there is no account. */
function commonGroup(users: readonly Pick<NumericUser, "gid">[]): number {
  const [first, ...others] = new Set(users.map(({ gid }) => gid));
  return first === undefined || others.length > 0 ? 0 : first;
}

type NamedImage = readonly [name: string, image: ManifestImage];

/** What `user` says of an image and of services, where it says numbers. */
function wanted(
  [name, image]: NamedImage,
  { services }: Pick<Manifest, "services">,
): readonly Pick<NumericUser, "uid" | "gid">[] {
  const texts = [
    image.user,
    ...Object.values(services).flatMap((service) => (service.image === name ? service.user : [])),
  ];
  return texts.flatMap((text) => {
    const [, uid, gid] = /^(\d{1,10})(?::(\d{1,10}))?$/.exec(text ?? "") ?? [];
    return uid === undefined ? [] : [{ uid: Number(uid), gid: Number(gid ?? 0) }];
  });
}

/** An image and what it stands on, as far as the manifest has it. */
function chainOf(name: string, { images }: Pick<Manifest, "images">): readonly NamedImage[] {
  const chain = new Map<string, ManifestImage>();
  for (let at: string | undefined = name; at !== undefined && !chain.has(at);) {
    const image: ManifestImage | undefined = Object.hasOwn(images, at) ? images[at] : undefined;
    if (image === undefined) break;
    chain.set(at, image);
    at = image.from;
  }
  return [...chain];
}

function hasAccountFiles({ packages, essential, accounts }: ManifestImage): boolean {
  const lists = Object.values(packages ?? {}).map((own) => ("install" in own ? own.install : own));
  const { users = [], groups = [] } = accounts ?? {};
  return essential === true || [...lists, users, groups].some((list) => list.length > 0);
}
