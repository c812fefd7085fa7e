import type { Location } from "../../diagnostic.ts";
import { nearest } from "../../nearest.ts";
import type { Problems } from "../problems.ts";
import type { AssembledImage, Image } from "../stack.ts";

/**
 * Accounts that Debian's base-passwd brings, users and groups. Source: base-passwd 3.6,
 * passwd.master and group.master.
 */
const distributionUsers: ReadonlySet<string> = new Set(
  "root daemon bin sys sync games man lp mail news uucp proxy www-data backup list irc _apt nobody".split(
    " ",
  ),
);
const distributionGroups: ReadonlySet<string> = new Set(
  (
    "root daemon bin sys adm tty disk lp mail news uucp man proxy kmem dialout fax voice cdrom floppy tape sudo " +
    "audio dip www-data backup operator list irc src shadow utmp video sasl plugdev staff games users nogroup"
  ).split(" "),
);

/**
 * Refuse a user or group by name that the image will not have: the Engine would say so only when
 * the container starts. Nothing is said where project files or artifacts may bring accounts of
 * their own, of images that are not made from packages, and of distributions other than Debian.
 */
export function refuseUnknownAccounts(request: {
  /** As `user` takes it: a user, or a user and a group with a colon between. */
  readonly user: string;
  readonly image: string;
  readonly images: ReadonlyMap<string, Image>;
  readonly os: string;
  readonly location: Location;
  readonly problems: Problems;
}): void {
  const { user: text, image, images, os, location, problems } = request;
  const chain = chainOf(image, images);
  if (chain === undefined || !os.startsWith("debian-")) return;
  if (chain.some(({ files, artifacts }) => files.length + artifacts.length > 0)) return;
  const hasPackages = chain.some(({ packages }) => packages.length > 0);
  const users = new Set(chain.flatMap((each) => each.users.map(({ name }) => name)));
  // The primary group of each user is made with it, under its name.
  const groups = new Set([
    ...chain.flatMap((each) => each.groups.map(({ name }) => name)),
    ...users,
  ]);
  const [user = "", group] = text.split(":");
  for (const { kind, name, own, base } of [
    { kind: "user", name: user, own: users, base: distributionUsers },
    { kind: "group", name: group ?? "", own: groups, base: distributionGroups },
  ]) {
    if (name === "" || /^\d+$/.test(name) || name === "root") continue;
    if (own.has(name) || (hasPackages && base.has(name))) continue;
    const near = nearest(name, [...own, ...(hasPackages ? base : [])]);
    problems.add("unknown-account", location, {
      message: `Image "${image}" has no ${kind} "${name}": neither its packages nor \`accounts\` make one.`,
      hint:
        near === undefined
          ? `Declare it under \`accounts\` of the image, or write numbers, such as "10001:10001".`
          : `Did you mean "${near}"?`,
    });
  }
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
