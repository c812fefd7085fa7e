import type { Walk } from "./walk.ts";

/** The page and Prometheus of stacks/three-tier, with and without its database. */
export const threeTier: Walk = {
  ports: ["THREE_TIER_PORT", "THREE_TIER_PROMETHEUS_PORT"],
  async run({ urls, browser, qclock, save }) {
    const [front = "", prometheus = ""] = urls;
    const page = await browser.newPage({ viewport: { width: 1100, height: 420 } });
    await page.goto(front);
    await page.locator("#items li").first().waitFor();
    await save(page, "items");

    const phone = await browser.newPage({ viewport: { width: 360, height: 640 } });
    await phone.goto(front);
    await phone.getByLabel("Search").fill("cable");
    await phone.getByText("3 items").waitFor();
    await save(phone, "phone");

    // Somebody who asks, so that the graph has something to show.
    const end = new AbortController();
    const traffic = askUntil(end.signal, front);
    await new Promise((wake) => setTimeout(wake, 45_000));
    const graph = await browser.newPage({ viewport: { width: 1100, height: 860 } });
    const asked = new URLSearchParams({
      "g0.expr": "sum by (route) (rate(http_requests_total[10s]))",
      "g0.tab": "0",
      "g0.range_input": "1m",
    });
    await graph.goto(`${prometheus}classic/graph?${asked.toString()}`);
    await graph.locator("svg path").first().waitFor();
    await save(graph, "prometheus");
    end.abort();
    await traffic;

    await qclock(["stop", "db"]);
    await page.getByText("The database does not answer.").waitFor();
    await save(page, "database-away");
  },
};

/** Ask for the items ten times a second until told to end. */
async function askUntil(signal: AbortSignal, front: string): Promise<void> {
  while (!signal.aborted) {
    await fetch(`${front}items`).then((answer) => answer.text());
    await new Promise((wake) => setTimeout(wake, 100));
  }
}
