import * as z from "zod";

const entry =
  /^[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?(?:=|:)(?:host-gateway|\[?[0-9a-fA-F:.]+\]?)$/;

/** Names that the service finds beside those of other services, as compose has them. */
export const extraHostsSchema = z
  .union([
    z.array(z.string().regex(entry, "`name=address`, such as `registry.example=10.1.2.3`")),
    z.record(
      z.string().regex(/^[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?$/, "a host's name"),
      z.union([z.string(), z.array(z.string())]),
    ),
  ])
  .meta({
    description:
      "Names with addresses of their own, as a map or as a list of `name=address`. `host-gateway` is the Engine's machine and needs a reason, `policy.host`; with an Engine 28 or newer it is reached from networks that are not internal.",
    examples: [{ "registry.example": "10.1.2.3" }],
  });
