import { expect, it, test } from "vitest";
import { packagesPage } from "../../../docs/packages-page.ts";
import { projectOf } from "../../judge/images/manifest.ts";
import { everydayImages } from "../../judge/images/table.ts";
import { screenOf } from "../../support/read-manifest.ts";

test.each(Object.entries(everydayImages))("%s is a manifest without a problem", (name, image) => {
  const { manifest, files } = projectOf(name, image);
  expect(
    screenOf(JSON.stringify(manifest), { os: image.os ?? "debian-12", files: [...files.keys()] }),
  ).toBe("");
});

it("holds at least sixty images of each kind of use", () => {
  const images = Object.values(everydayImages);
  expect(images.length).toBeGreaterThanOrEqual(60);
  expect(images.filter(({ use }) => "page" in use).length).toBeGreaterThan(10);
  expect(images.filter(({ use }) => "command" in use).length).toBeGreaterThan(10);
  expect(images.filter(({ job }) => job === true).length).toBeGreaterThan(10);
});

it("writes the operator's words into the manifest", () => {
  const { manifest, files } = projectOf("x", {
    kind: "web",
    packages: ["a"],
    clients: ["b"],
    essential: true,
    debconf: { "a/b": "c" },
    start: ["/a"],
    user: "0:0",
    run: "it makes what only its program can",
    capabilities: ["CHOWN"],
    config: { "/etc/a": "text" },
    writable: ["/run:size=8m"],
    executable: ["/run"],
    use: { page: { port: 80, path: "/", body: "up" } },
  });
  expect([...files]).toEqual([["files/0", "text"]]);
  expect(manifest).toMatchObject({
    images: {
      it: {
        packages: { "debian-12": ["a", "b"] },
        essential: true,
        debconf: { "a/b": "c" },
        user: "0:0",
        entrypoint: ["/a"],
        scripts: "run",
      },
    },
    services: {
      it: {
        tmpfs: [{ target: "/run", size: "8m", exec: true }],
        cap_add: ["CHOWN"],
        probes: [{ http_get: { port: 80, path: "/", body: "up" } }],
      },
    },
  });
});

it("tells on the page which work, what each needs, and what the others show", () => {
  const page = packagesPage({
    apache2: { version: "2.4", packages: 90, bytes: 123_456_789, undone: ["postinst of x: y"] },
    haproxy: { version: "2.6", packages: 9, bytes: 1, failed: "up", error: "no | user" },
  });
  expect(page).toContain("1 of 2 work");
  expect(page).toContain(
    "| apache2 | apache2 2.4 | 90 | 123 MB | `GET /` on 80 | `essential: true`; user `www-data` | postinst of x: y | yes |",
  );
  expect(page).toContain("**no** (up): `no \\| user`");
});
