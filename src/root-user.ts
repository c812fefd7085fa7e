/**
 * Whether the user that a container's process would have is root. `user`: as an image's
 * configuration, a manifest or `--user` gives it, `user[:group]`; none at all is root as well.
 *
 * The Engine reads a user as a number where it can, with zeros before it and a sign: `00` and `+0`
 * are root. A name other than `root` may still be that of user 0 in the image's `/etc/passwd`,
 * which is not looked at. Source: moby/sys, `user.GetExecUser`.
 */
export function isRootUser(user: string): boolean {
  const [name = ""] = user.split(":");
  return name === "root" || /^(?:[+-]?0+)?$/.test(name);
}
