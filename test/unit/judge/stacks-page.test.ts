import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { stacksPage } from "../../../docs/stacks-page.ts";
import { parsePublicImages, type PublicImage } from "../../judge/stacks/public-images.ts";
import type { StackResult } from "../../judge/stacks/results.ts";

const shop: StackResult = {
  note: "The shop without its cellar.",
  machine: { date: "2026-11-29", cores: 2, load: 0.1, engine: "20.10.24" },
  coldBuild: 31.27,
  buildAtHand: 9.96,
  noopBuild: 0.14,
  firstUp: 8.5,
  againUp: 4.04,
  images: {
    base: { unpackedBytes: 35_800_000, compressedBytes: 13_400_000 },
    web: { unpackedBytes: 45_800_000, compressedBytes: 17_600_000 },
  },
  verify: {
    passed: 100,
    failed: ["NET-004"],
    skipped: 0,
    allowed: [
      { check: "RUN-015", subject: "service web", reason: "it publishes ports" },
      { check: "RUN-015", subject: "service api", reason: "it publishes ports" },
    ],
  },
};
const nginx: PublicImage = {
  reference: "nginx:1.31.3",
  compressedBytes: 63_110_572,
  made: "2026-07-15",
  source: "https://images.example/nginx",
  beside: ["shop/web"],
  note: "with modules",
};

test("times, sizes and what verify lists are rows of a table", () => {
  const page = stacksPage({ shop }, [nginx]);
  expect(page).toContain(
    "| shop | 31 s | 10.0 s | 0.1 s | 8.5 s | 4.0 s | 100 passed, 3 listed | 2026-11-29, 2 cores, load 0.1, Engine 20.10.24 |",
  );
  expect(page).toContain("\n\nshop: The shop without its cellar.\n\n");
  expect(page).toContain("| base | 36 MB | 13 MB |  |  |  |  |");
  expect(page).toContain(
    "| web | 46 MB | 18 MB | [`nginx:1.31.3`](https://images.example/nginx) | 63 MB | 2026-07-15 | with modules |",
  );
  expect(page).toContain(`### shop

- service web, service api: RUN-015, allowed: it publishes ports
- NET-004 failed, which does not block
`);
});

test("a stack of which verify lists nothing says so", () => {
  const verify = { passed: 100, failed: [], skipped: 0, allowed: [] };
  expect(stacksPage({ shop: { ...shop, verify } }, [])).toContain("### shop\n\nNothing.\n");
});

test("each public image has a source of its own, and stands beside one image at most once", () => {
  const file = path.resolve(import.meta.dirname, "../../judge/stacks/public-images.json");
  const images = parsePublicImages(readFileSync(file, "utf8"));
  const sources = images.map(({ source }) => source);
  expect(new Set(sources).size).toBe(sources.length);
  const beside = images.flatMap((image) => image.beside);
  expect(new Set(beside).size).toBe(beside.length);
});
