import { openWhole } from "../../test/support/browser.ts";
import type { Walk } from "./walk.ts";

/** The page and the API of stacks/qrcode. */
export const qrcode: Walk = {
  ports: ["QRCODE_PORT"],
  async run({ urls, browser, save }) {
    const [url = ""] = urls;
    const page = await browser.newPage({ viewport: { width: 1000, height: 860 } });
    page.setDefaultTimeout(120_000);
    await openWhole(page, url, page.getByLabel("Text"));
    await page.getByLabel("Text").fill("https://shop.example/täglich");
    await page.getByRole("button", { name: "Make the code" }).click();
    await page.getByRole("button", { name: "Download" }).waitFor();
    await page.locator("img").first().waitFor();
    // The button shows that it has the focus, and the page fades in what is new.
    await page.mouse.move(0, 0);
    await page.waitForTimeout(1500);
    await save(page, "page");

    const phone = await browser.newPage({ viewport: { width: 360, height: 760 } });
    phone.setDefaultTimeout(120_000);
    await openWhole(phone, url, phone.getByLabel("Text"));
    await phone.getByLabel("Text").fill("WIFI:T:WPA;S:guests;P:see the board;;");
    await phone.getByRole("button", { name: "Make the code" }).click();
    await phone.getByRole("button", { name: "Download" }).waitFor();
    await phone.waitForTimeout(1500);
    await save(phone, "phone");

    const api = await browser.newPage({ viewport: { width: 1000, height: 1050 } });
    api.setDefaultTimeout(60_000);
    const codes = api.getByText("/api/codes", { exact: true });
    await openWhole(api, new URL("/api/docs", url).href, codes);
    await codes.click();
    await api.getByRole("button", { name: "Try it out" }).click();
    await api.getByRole("button", { name: "Execute" }).click();
    await api.locator(".live-responses-table img").waitFor();
    await api.locator("#operations-codes-make_code_api_codes_post").scrollIntoViewIfNeeded();
    await api.locator(".live-responses-table").scrollIntoViewIfNeeded();
    await save(api, "api");
  },
};
