import { existsSync } from "node:fs";
import { type Browser, chromium, type Locator, type Page } from "playwright-core";

const executablePath = [
  process.env["QCLOCK_TEST_BROWSER"],
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
].find((file) => file !== undefined && existsSync(file));

/** Whether this machine has a browser. `npm test` installs Debian's Chromium. */
export const hasBrowser = executablePath !== undefined;

/** Start a browser without a window. Its owner closes it. Rejects where there is none. */
export async function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    ...(executablePath === undefined ? {} : { executablePath }),
    args: [
      "--no-sandbox",
      "--headless",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/**
 * Open a page of many parts, and wait until something of it is there. Chromium drops what it loads
 * whenever a network of this machine changes (ERR_NETWORK_CHANGED), as each container makes one do
 * that comes or goes; then the page is opened again, up to ten times.
 */
export async function openWhole(page: Page, url: string, part: Locator): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await page.goto(url);
      await part.waitFor({ timeout: 15_000 });
      return;
    } catch (error) {
      if (attempt === 10) throw error;
    }
  }
}
