import type { StackRow } from "../../run/services/list-stacks.ts";
import { visible } from "../../visible.ts";
import type { Style } from "../format/style.ts";
import { formatTable } from "../format/table.ts";

/** The stacks of an Engine as a table. What labels say was written by whoever made the objects. */
export function formatStacks(
  rows: readonly StackRow[],
  { style, columns }: { readonly style: Style; readonly columns: number | undefined },
): string {
  return formatTable(
    [
      { title: "STACK" },
      { title: "STATUS", minimumWidth: 12 },
      { title: "MANIFEST", minimumWidth: 16 },
    ],
    rows.map(({ name, states, manifests }) => [
      visible(name),
      states.map(({ state, count }) => `${state}(${count})`).join(", "),
      manifests.map((path) => visible(path)).join(", "),
    ]),
    { width: columns, header: style.faint },
  );
}
