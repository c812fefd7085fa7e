import { pushImage, removeImages, tagImage } from "../../test/support/engine-registry.ts";
import { RegistryClient } from "../../test/support/registry-api.ts";
import type { Surroundings, Walk } from "./walk.ts";

const desktop = { width: 1100, height: 640 };
const phone = { width: 360, height: 700 };

/** The list of students, then an image that is pushed, looked at and deleted. */
export const studentList: Walk = {
  ports: [
    "STUDENT_LIST_PORT",
    "STUDENT_LIST_API_PORT",
    "STUDENT_LIST_REGISTRY_PORT",
    "STUDENT_LIST_REGISTRY_WEB_PORT",
  ],
  run: async (surroundings: Surroundings) => {
    const page = await surroundings.browser.newPage({ viewport: desktop });
    const save = async (name: string): Promise<void> => surroundings.save(page, name);
    const place = async (title: string): Promise<string> => {
      for (const url of surroundings.urls) {
        await page.goto(url);
        if ((await page.title()).startsWith(title)) return url;
      }
      throw new Error(`No page has the title ${title}.`);
    };
    await place("List students");
    await save("students");

    const web = await place("Repositories");
    const address = (await page.locator("header strong").innerText()).trim();
    const registry = new RegistryClient(`http://${address}`);
    for (const name of ["library/tool", "team/alpha", "team/beta", "team/gamma"]) {
      await registry.putImage(name, "1.0");
    }
    const repository = `${address}/team/api`;
    const image = (await surroundings.qclock(["images", "--quiet", "api"])).trim();
    for (const tag of ["1.0", "latest"]) {
      await tagImage(image, repository, tag);
      await pushImage(repository, tag);
    }
    await removeImages([`${repository}:1.0`, `${repository}:latest`]);

    await page.goto(web);
    await save("repositories");
    await page.getByRole("link", { name: "team/api" }).click();
    await page.getByRole("link", { name: "latest" }).click();
    await page.setViewportSize({ ...desktop, height: 1000 });
    await save("image");
    await page.setViewportSize(phone);
    await save("phone");
    await page.setViewportSize(desktop);
    await page.getByRole("link", { name: "Delete this image" }).click();
    await save("delete");
    await page.getByRole("button", { name: "Delete" }).click();
    await save("deleted");
  },
};
