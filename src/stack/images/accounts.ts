import type { Location } from "../../diagnostic.ts";
import { nearest } from "../../nearest.ts";
import { operatingSystems, type OperatingSystem, type OsName } from "../../os.ts";
import type { Problems } from "../problems.ts";
import type { AssembledImage, Image } from "../stack.ts";

/** The accounts that a family's packages bring to every image that has any of them. */
const baseAccounts: Readonly<
  Record<
    OperatingSystem["family"],
    { readonly users: ReadonlyMap<string, number>; readonly groups: ReadonlySet<string> }
  >
> = {
  // Source: the package setup 2.13.7 of Enterprise Linux 9, passwd and group.
  rpm: {
    users: new Map([
      ["root", 0],
      ["bin", 1],
      ["daemon", 2],
      ["adm", 3],
      ["lp", 4],
      ["sync", 5],
      ["shutdown", 6],
      ["halt", 7],
      ["mail", 8],
      ["operator", 11],
      ["games", 12],
      ["ftp", 14],
      ["nobody", 65534],
    ]),
    groups: new Set(
      (
        "root bin daemon sys adm tty disk lp mem kmem wheel cdrom mail man dialout floppy games tape video ftp lock " +
        "audio users nobody utmp utempter"
      ).split(" "),
    ),
  },
  // Source: base-passwd 3.6, passwd.master and group.master.
  deb: {
    users: new Map([
      ["root", 0],
      ["daemon", 1],
      ["bin", 2],
      ["sys", 3],
      ["sync", 4],
      ["games", 5],
      ["man", 6],
      ["lp", 7],
      ["mail", 8],
      ["news", 9],
      ["uucp", 10],
      ["proxy", 13],
      ["www-data", 33],
      ["backup", 34],
      ["list", 38],
      ["irc", 39],
      ["_apt", 42],
      ["nobody", 65534],
    ]),
    groups: new Set(
      (
        "root daemon bin sys adm tty disk lp mail news uucp man proxy kmem dialout fax voice cdrom floppy tape sudo " +
        "audio dip www-data backup operator list irc src shadow utmp video sasl plugdev staff games users nogroup"
      ).split(" "),
    ),
  },
};

/** Numbers of the users that an OS's packages bring to every image that has any of them. */
export function baseUserNumbers(os: OsName): Iterable<number> {
  return baseAccounts[operatingSystems[os].family].users.values();
}

/**
 * Refuse a user or group by name that the image will not have: the Engine would say so only when
 * the container starts. Nothing is said where project files, artifacts or scripts of packages may
 * bring accounts of their own, which is seen once the image is made, and of images that are not
 * made from packages.
 */
export function refuseUnknownAccounts(request: {
  /** As `user` takes it: a user, or a user and a group with a colon between. */
  readonly user: string;
  readonly image: string;
  readonly images: ReadonlyMap<string, Image>;
  readonly os: OsName;
  readonly location: Location;
  readonly problems: Problems;
}): void {
  const { user: text, image, images, os, location, problems } = request;
  const chain = chainOf(image, images);
  if (chain === undefined) return;
  if (chain.some(({ files, artifacts }) => files.length + artifacts.length > 0)) return;
  if (chain.some((each) => each.scripts !== "none" && bringsPackages(each))) return;
  const base = baseAccounts[operatingSystems[os].family];
  const hasPackages = chain.some(bringsPackages);
  const users = new Set(chain.flatMap((each) => each.users.map(({ name }) => name)));
  // The primary group of each user is made with it, under its name.
  const groups = new Set([
    ...chain.flatMap((each) => each.groups.map(({ name }) => name)),
    ...users,
  ]);
  const [user = "", group] = text.split(":");
  for (const { kind, name, own, known } of [
    { kind: "user", name: user, own: users, known: base.users },
    { kind: "group", name: group ?? "", own: groups, known: base.groups },
  ]) {
    if (name === "" || /^\d+$/.test(name) || name === "root") continue;
    if (own.has(name) || (hasPackages && known.has(name))) continue;
    const near = nearest(name, [...own, ...(hasPackages ? known.keys() : [])]);
    problems.add("unknown-account", location, {
      message: `Image "${image}" has no ${kind} "${name}": neither its packages nor \`accounts\` make one.`,
      hint:
        near === undefined
          ? `Declare it under \`accounts\` of the image, or write numbers, such as "10001:10001".`
          : `Did you mean "${near}"?`,
    });
  }
}

function bringsPackages({ packages, essential }: AssembledImage): boolean {
  return essential || packages.length > 0;
}

/**
 * The image and what it stands on, as far as packages make it; undefined where something else is
 * below.
 */
function chainOf(
  image: string,
  images: ReadonlyMap<string, Image>,
): readonly AssembledImage[] | undefined {
  const chain: AssembledImage[] = [];
  for (let name: string | undefined = image; name !== undefined;) {
    const each = images.get(name);
    if (each?.type !== "assembled" || chain.includes(each)) return undefined;
    chain.push(each);
    name = each.parent;
  }
  return chain;
}
