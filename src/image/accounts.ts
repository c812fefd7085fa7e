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
  {
    image,
    templates,
  }: {
    readonly image: Pick<AssembledImage, "users" | "groups">;
    readonly templates: AccountTemplates;
  },
): void {
  const declared = image.users.length + image.groups.length;
  const isFirst = readText(root, "/etc/shadow") === undefined;
  if (!isFirst && declared === 0) return;
  const read = (own: "passwd" | "group"): string =>
    readText(root, `/etc/${own}`) ??
    readText(root, `/${templates[own]}`) ??
    templates.usual?.[own] ??
    "";
  const passwd = read("passwd");
  const group = read("group");
  if (passwd === "" && declared === 0) return;
  const files = buildAccounts({
    passwd,
    group,
    shadow: readText(root, "/etc/shadow") ?? "",
    gshadow: readText(root, "/etc/gshadow") ?? "",
    users: image.users,
    groups: image.groups,
  });
  const origin: Origin = { type: "accounts" };
  root.changeAs(origin);
  const { shadowMode = 0o640, shadowGroup } = templates;
  const hidden = { mode: shadowMode, gid: shadowGroup };
  putFile(root, "/etc/passwd", files.passwd);
  putFile(root, "/etc/group", files.group);
  putFile(root, "/etc/shadow", files.shadow, hidden);
  putFile(root, "/etc/gshadow", files.gshadow, hidden);
}
