import type { LeftScript } from "../../packages/installation.ts";
import { loadFamily } from "../../packages/families.ts";
import type { LockTarget } from "../../packages/package.ts";
import type { BuiltImage } from "../built-image.ts";
import type { Layer } from "../layers/layer.ts";
import { refuseLeftScripts } from "../left-scripts.ts";
import { checkPrograms } from "../programs.ts";
import { checkUsers } from "../check-users.ts";
import { programOfSettings } from "../started-programs.ts";
import type { AssembleRequest } from "./request.ts";
import { ownLeftScripts } from "./recall-layers.ts";
import { toBuiltImage } from "./to-built-image.ts";

/**
 * The image of these layers, once its programs have what they need: layers are remembered before
 * that is known.
 */
export async function checked(
  request: Parameters<typeof toBuiltImage>[0] &
    Pick<AssembleRequest, "started" | "users" | "store">,
  layers: readonly Layer[],
  left?: readonly LeftScript[],
): Promise<BuiltImage> {
  const built = toBuiltImage(request, layers);
  const { image, started, target } = request;
  const { architecture } = target;
  const programs = [...programOfSettings(image.name, built.settings), ...started];
  if (image.strictScripts) {
    const own = left ?? (await ownLeftScripts(request, layers));
    refuseLeftScripts(image, own);
  }
  const packageOf = packageFinder(target);
  await checkPrograms({ image: image.name, architecture, programs, layers, packageOf });
  const { user } = image.config;
  const own = user === undefined ? [] : [{ user, owner: `image "${image.name}"` }];
  await checkUsers({ image: image.name, users: [...own, ...request.users], layers });
  return built;
}

/** Of programs that packages use without saying so; a family is loaded when it is asked. */
export function packageFinder({
  os,
}: Pick<LockTarget, "os">): (program: string) => Promise<string | undefined> {
  return async (program) => (await loadFamily(os)).essentialPackageOf(program);
}
