import type { AssembledImage, Stack } from "../stack/stack.ts";

/** Whom something in containers of an image runs as. */
export interface StartedUser {
  /** As `user` takes it: a user, or a user and a group with a colon between. */
  readonly user: string;
  /** Who runs so: `image "app"`, `service "web"`. */
  readonly owner: string;
}

/** Whom services run as in containers of an image where it is not the image's own user. */
export function usersOfServices(
  { services }: Pick<Stack, "services">,
  image: Pick<AssembledImage, "name">,
): readonly StartedUser[] {
  return [...services.values()].flatMap((service) =>
    service.image === image.name && service.user !== undefined
      ? [{ user: service.user, owner: `service "${service.name}"` }]
      : [],
  );
}
