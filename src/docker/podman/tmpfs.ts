import { QclockError } from "../../error.ts";
import type { ContainerRequest } from "../engine.ts";

/**
 * A request's paths in memory as podman takes them: their owner cannot be given by number, only as
 * the container's own user (`U`), and they would be filled with what the image has at that path,
 * which the Engine hides. Throws `engine-failed` for another owner. `user` is the one that the
 * container runs as, as numbers where they are known.
 *
 * Source: podman 4.3.1 and 5.4.2, pkg/util, `ProcessOptions`.
 */
export function podmanTmpfs(request: ContainerRequest, user: string): ContainerRequest["tmpfs"] {
  return request.tmpfs.map(({ target, options }) => ({
    target,
    options: tmpfsOptions(options, { request, target, user }),
  }));
}

function tmpfsOptions(
  options: string,
  { request, target, user }: { request: ContainerRequest; target: string; user: string },
): string {
  const words = options.split(",");
  const valueOf = (name: string): string | undefined =>
    words.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1);
  const [uid, gid] = [valueOf("uid"), valueOf("gid")];
  const kept = words.filter((word) => !/^[ug]id=/u.test(word));
  if (uid === undefined && gid === undefined) return [...kept, "notmpcopyup"].join(",");
  if (!isUser(user, { uid, gid }))
    throw new QclockError(
      "engine-failed",
      `Could not create container ${request.name}: podman gives the path in memory ${target} to no other owner than the container's user, and ${uid ?? ""}:${gid ?? ""} was asked for.`,
      { hint: "Leave the owner out, or use a volume." },
    );
  return [...kept, "U", "notmpcopyup"].join(",");
}

/** A user that is a name cannot be compared: it is the one that the owner was read from. */
function isUser(
  user: string,
  owner: { readonly uid: string | undefined; readonly gid: string | undefined },
): boolean {
  const [uid = "", gid = ""] = user === "" ? ["0", "0"] : user.split(":");
  return fits(uid, owner.uid) && fits(gid, owner.gid);
}

function fits(value: string, wanted: string | undefined): boolean {
  return wanted === undefined || !/^\d+$/u.test(value) || value === wanted;
}
