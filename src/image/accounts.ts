import type { AccountTemplates } from "../packages/installation.ts";
import type { JournaledRoot } from "../packages/scripts/root.ts";
import { putFile, readText } from "../packages/scripts/root-files.ts";
import type { AssembledImage } from "../stack/stack.ts";
import { buildAccounts } from "./account-files.ts";
import type { Origin } from "./layers/origin.ts";

/**
 * Write the account files: of the layers below, or from the templates in the first layer, with the
 * declared accounts.
 */
export function addAccounts(
  root: JournaledRoot,
  { image, templates }: { readonly image: AssembledImage; readonly templates: AccountTemplates },
): void {
  const declared = image.users.length + image.groups.length;
  const isFirst = readText(root, "/etc/shadow") === undefined;
  if (!isFirst && declared === 0) return;
  const read = (own: string, template?: string): string =>
    readText(root, `/etc/${own}`) ??
    (template === undefined ? undefined : readText(root, `/${template}`)) ??
    "";
  const passwd = read("passwd", templates.passwd);
  const group = read("group", templates.group);
  if (passwd === "" && declared === 0) return;
  const files = buildAccounts({
    passwd,
    group,
    shadow: read("shadow"),
    gshadow: read("gshadow"),
    users: image.users,
    groups: image.groups,
  });
  const origin: Origin = { type: "accounts" };
  root.changeAs(origin);
  const hidden = { mode: 0o640, gid: templates.shadowGroup };
  putFile(root, "/etc/passwd", files.passwd);
  putFile(root, "/etc/group", files.group);
  putFile(root, "/etc/shadow", files.shadow, hidden);
  putFile(root, "/etc/gshadow", files.gshadow, hidden);
}
