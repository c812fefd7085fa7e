import type { Walk } from "./walk.ts";

const secret = "/run/secrets/identity_demo_password";

/** Signing in to the dashboard by the identity service, and out again. */
export const identity: Walk = {
  ports: ["QCLOCK_PORT", "QCLOCK_IDENTITY_PORT"],
  project: ["stack.config.yaml", "stack.lock.yaml", "images"],
  environment: { QCLOCK_PROFILES: "identity", QCLOCK_LOGIN: "required" },
  run: async ({ urls, browser, qclock, save }) => {
    // What a service depends on comes before it: first the identity service, then the dashboard.
    const [, dashboard = ""] = urls;
    const password = await qclock(["exec", "identity", "cat", secret]);
    const context = await browser.newContext({ viewport: { width: 1120, height: 700 } });
    const page = await context.newPage();
    await page.goto(dashboard);
    await page.locator("#username").fill("demo");
    await page.locator("#password").fill("not the password");
    await page.locator("#kc-login").click();
    await page.getByText("Invalid username or password.").waitFor();
    await save(page, "form");
    await page.locator("#password").fill(password.trim());
    await page.locator("#kc-login").click();
    await page.locator("#account").waitFor();
    await save(page, "dashboard");
    await page.setViewportSize({ width: 390, height: 760 });
    await save(page, "phone");
    await page.setViewportSize({ width: 1120, height: 700 });
    await page.getByRole("link", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "You are signed out" }).waitFor();
    await save(page, "signed-out");
    await context.close();
  },
};
