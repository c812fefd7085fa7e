import { expect, test } from "vitest";
import { createStyle } from "../../../../src/reporters/format/style.ts";
import { formatPruned, formatStore } from "../../../../src/reporters/lists/store.ts";

test("what a store holds is a table, with what is held to a limit, and where it lies", () => {
  const shown = formatStore(
    [
      { part: "downloads", files: 118, bytes: 105_000_000 },
      { part: "layers", files: 6, bytes: 780_000_000 },
      { part: "packages", files: 115, bytes: 256_000_000, limitBytes: 2_147_483_648 },
      { part: "notes", files: 0, bytes: 0 },
    ],
    { directory: "/home/you/.cache/qclock", style: createStyle({ color: false }), columns: 80 },
  );

  expect(shown).toBe(`WHAT                FILES     SIZE   AT MOST
downloads             118   105 MB         -
finished layers         6   780 MB         -
unpacked packages     115   256 MB    2.1 GB
notes                   0      0 B         -

1.1 GB in /home/you/.cache/qclock`);
});

test("what was removed is told, a line for each thing, and nothing of what was not there", () => {
  expect(
    formatPruned([
      { part: "layers", files: 1, bytes: 780_000_000 },
      { part: "packages", files: 0, bytes: 0 },
      { part: "indexes", files: 3, bytes: 27_000_000 },
    ]),
  ).toBe("removed: finished layers, 1 file, 780 MB\nremoved: read indexes, 3 files, 27 MB");
  expect(formatPruned([{ part: "layers", files: 0, bytes: 0 }])).toBe("removed: nothing");
});
