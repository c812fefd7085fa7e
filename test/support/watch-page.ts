import type { Page } from "playwright-core";

/** All that a page asks for from now on, and every error on its console or of its scripts. */
export function watchPage(page: Page): {
  readonly asked: readonly string[];
  readonly errors: readonly string[];
} {
  const asked: string[] = [];
  const errors: string[] = [];
  page.on("request", (request) => void asked.push(request.url()));
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text());
  });
  page.on("pageerror", (error) => void errors.push(error.message));
  return { asked, errors };
}

/** By how many pixels a page is wider than its window, at most 0 where it fits. */
export async function overflowOf(page: Page): Promise<number> {
  const width = await page
    .locator("html")
    .evaluate((element) => (element as { scrollWidth: number }).scrollWidth);
  return width - (page.viewportSize()?.width ?? 0);
}
