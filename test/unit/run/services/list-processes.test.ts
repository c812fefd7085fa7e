import { expect, test } from "vitest";
import { createStyle } from "../../../../src/reporters/format/style.ts";
import { formatProcesses, processesDocument } from "../../../../src/reporters/lists/processes.ts";
import { listProcesses } from "../../../../src/run/services/list-processes.ts";
import { up } from "../../../../src/run/up.ts";
import { appAndDb, openMemoryStack } from "../../../support/memory-stack.ts";

test("processes are told of what runs, and what a program calls itself steers no terminal", async () => {
  await using memory = await openMemoryStack(() => ({ processName: "/app \u001B[2J" }));
  const context = memory.rig.context(memory.rig.stack(appAndDb()));
  await up(context, {});
  await memory.engine.stopContainer("shop-db-1", 0);

  const found = await listProcesses(context, []);
  expect(found.map(({ service, table }) => [service, table?.rows.length])).toEqual([
    ["db", undefined],
    ["app", 1],
  ]);
  const style = createStyle({ color: false });
  expect(formatProcesses(found, { style, columns: undefined })).toBe(
    "SERVICE   PID   CMD\napp       1     /app ?[2J",
  );
  expect(processesDocument(found)).toEqual({
    processes: [{ service: "app", container: "shop-app-1", pid: "1", cmd: "/app \u001B[2J" }],
  });
});

test("tables of different columns are one, with what each of them has", () => {
  const style = createStyle({ color: false });
  const shown = formatProcesses(
    [
      { service: "a", container: "s-a-1", table: { titles: ["PID", "CMD"], rows: [["1", "x"]] } },
      { service: "b", container: "s-b-1", table: { titles: ["USER", "CMD"], rows: [["0", "y"]] } },
    ],
    { style, columns: undefined },
  );
  expect(shown).toBe("SERVICE   PID   CMD   USER\na         1     x\nb               y     0");
});
