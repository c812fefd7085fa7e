import { buildAccounts } from "../packages/deb/finish/accounts.ts";
import type { FinishTarget } from "../packages/deb/finish/finish.ts";
import type { AssembledImage } from "../stack/stack.ts";
import type { LayerDraft } from "./layers/draft.ts";
import type { Origin } from "./layers/origin.ts";

const SHADOW_GROUP = 42;

/** Write the account files: of the layers below, or from base-passwd's templates in the first layer, with the declared accounts. */
export async function addAccounts(
  draft: LayerDraft,
  target: (step: string) => FinishTarget,
  image: AssembledImage,
): Promise<void> {
  const view = target("accounts");
  const isFirst = view.kindOf("etc/passwd") === undefined;
  if (!isFirst && image.users.length + image.groups.length === 0) return;
  const read = async (own: string, template: string): Promise<string> =>
    (await view.readText(own)) ?? (await view.readText(template)) ?? "";
  const passwd = await read("etc/passwd", "usr/share/base-passwd/passwd.master");
  const group = await read("etc/group", "usr/share/base-passwd/group.master");
  if (passwd === "" && image.users.length + image.groups.length === 0) return;
  const files = buildAccounts({ passwd, group, users: image.users, groups: image.groups });
  const origin: Origin = { type: "accounts" };
  const hidden = { mode: 0o640, uid: 0, gid: SHADOW_GROUP };
  draft.addFile(origin, { path: "etc/passwd", mode: 0o644, content: files.passwd });
  draft.addFile(origin, { path: "etc/group", mode: 0o644, content: files.group });
  draft.addFile(origin, { path: "etc/shadow", content: files.shadow, ...hidden });
  draft.addFile(origin, { path: "etc/gshadow", content: files.gshadow, ...hidden });
}
