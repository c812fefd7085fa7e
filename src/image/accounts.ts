import type { AccountTemplates, ImageView } from "../packages/installation.ts";
import type { AssembledImage } from "../stack/stack.ts";
import { buildAccounts } from "./account-files.ts";
import type { LayerDraft } from "./layers/draft.ts";
import type { Origin } from "./layers/origin.ts";

/**
 * Write the account files: of the layers below, or from the templates in the first layer, with the
 * declared accounts.
 */
export async function addAccounts(
  draft: LayerDraft,
  view: ImageView,
  { image, templates }: { readonly image: AssembledImage; readonly templates: AccountTemplates },
): Promise<void> {
  const isFirst = view.kindOf("etc/passwd") === undefined;
  if (!isFirst && image.users.length + image.groups.length === 0) return;
  const read = async (own: string, template: string): Promise<string> =>
    (await view.readText(own)) ?? (await view.readText(template)) ?? "";
  const passwd = await read("etc/passwd", templates.passwd);
  const group = await read("etc/group", templates.group);
  if (passwd === "" && image.users.length + image.groups.length === 0) return;
  const files = buildAccounts({ passwd, group, users: image.users, groups: image.groups });
  const origin: Origin = { type: "accounts" };
  const hidden = { mode: 0o640, uid: 0, gid: templates.shadowGroup };
  draft.addFile(origin, { path: "etc/passwd", mode: 0o644, content: files.passwd });
  draft.addFile(origin, { path: "etc/group", mode: 0o644, content: files.group });
  draft.addFile(origin, { path: "etc/shadow", content: files.shadow, ...hidden });
  draft.addFile(origin, { path: "etc/gshadow", content: files.gshadow, ...hidden });
}
