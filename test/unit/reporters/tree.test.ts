import { expect, test } from "vitest";
import { createStyle } from "../../../src/reporters/format/style.ts";
import { formatHead, formatTree } from "../../../src/reporters/format/tree.ts";
import { displayWidth } from "../../../src/reporters/format/width.ts";
import { advance, beginView, type View } from "../../../src/reporters/view.ts";
import { scriptedEvents } from "../../support/scripted-run.ts";

const style = createStyle({ color: false });

/** The tree after all events up to the time, as it is drawn at that time. */
function draw(failing: boolean, nowMs: number, columns = 90): string {
  const view = scriptedEvents({ failing })
    .filter(({ atMs }) => atMs <= nowMs)
    .reduce<View>(advance, beginView("up"));
  const options = { nowMs, columns, style };
  return [formatHead(view, options), ...formatTree(view, options)].join("\n");
}

test("before the plan it shows how far the preparation is", () => {
  expect(draw(false, 1450)).toMatchInlineSnapshot(`
    "up · 450 ms
    ● Fetch packages  ━━━━━━━━┄┄┄┄┄┄┄┄ 46 MB of 92 MB · libc6 · 450 ms"
  `);
});

test("while it runs it shows each step, what waits, and what for", () => {
  expect(draw(false, 2200)).toMatchInlineSnapshot(`
    "up demo · 0 of 6 · 1.2 s
    ✔ Fetch packages  38 packages, 92 MB fetched · 500 ms
    = image db        up to date
    ● image base      assembling ━━━━┄┄┄┄┄┄┄┄┄┄┄┄ 10 of 38 · bash · 200 ms
    · networks        not found
    · service app     waits for image base, networks"
  `);
});

test("at the end it says what failed and what was not run for it", () => {
  expect(draw(true, 99_000)).toMatchInlineSnapshot(`
    "up demo · 6 of 6 · 1 min 38 s
    ✔ Fetch packages  38 packages, 92 MB fetched · 500 ms
    = image db        up to date
    ✔ image base      loaded · 38 packages, 92 MB · 1.5 s
    ✔ networks        created · 500 ms
    ✖ service app     Service "app" ended at once with exit code 1."
  `);
});

test.each([40, 60])("at %d columns the names are whole, and the notes are cut", (columns) => {
  const text = draw(false, 2200, columns);
  for (const name of ["image base", "image db", "service app", "networks"])
    expect(text).toContain(`${name} `);
  expect(Math.max(...text.split("\n").map(displayWidth))).toBeLessThanOrEqual(columns);
});

test.each([20, 32, 50])("no line is wider than a terminal of %d columns", (columns) => {
  for (let nowMs = 1000; nowMs < 9000; nowMs += 250) {
    const widths = draw(true, nowMs, columns).split("\n").slice(1).map(displayWidth);
    expect(Math.max(0, ...widths)).toBeLessThanOrEqual(columns);
  }
});
