import type { ServiceProcesses } from "../../run/services/list-processes.ts";
import { visible } from "../../visible.ts";
import type { Style } from "../format/style.ts";
import { formatTable } from "../format/table.ts";

/**
 * The processes of services as one table, the service in front. Columns are those of the Engine's
 * ps(1); what a program calls itself is its own text.
 */
export function formatProcesses(
  found: readonly ServiceProcesses[],
  { style, columns }: { readonly style: Style; readonly columns: number | undefined },
): string {
  const titles = [...new Set(found.flatMap(({ table }) => table?.titles ?? []))];
  return formatTable(
    [
      { title: "SERVICE" },
      ...titles.map((title, index) => ({
        title: visible(title),
        // The last one is the command line, which may be of any length.
        ...(index === titles.length - 1 ? { minimumWidth: 12 } : {}),
      })),
    ],
    processObjects(found).map(({ service, values }) => [
      service,
      ...titles.map((title) => visible(values.get(title) ?? "")),
    ]),
    { width: columns, header: style.faint },
  );
}

/** The same for `--json`: each process by the titles of its columns. */
export function processesDocument(found: readonly ServiceProcesses[]): object {
  return {
    processes: processObjects(found).map(({ service, container, values }) => ({
      service,
      container,
      ...Object.fromEntries(
        [...values].map(([title, value]) => [title.toLowerCase(), value] as const),
      ),
    })),
  };
}

function processObjects(found: readonly ServiceProcesses[]): readonly {
  readonly service: string;
  readonly container: string;
  readonly values: ReadonlyMap<string, string>;
}[] {
  return found.flatMap(({ service, container, table }) =>
    (table?.rows ?? []).map((row) => ({
      service,
      container,
      values: new Map(table?.titles.map((title, index) => [title, row[index] ?? ""])),
    })),
  );
}
