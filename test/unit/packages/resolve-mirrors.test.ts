import { expect, test } from "vitest";
import { loadFamily } from "../../../src/packages/families.ts";
import { mirrorVariable, type Mirrors } from "../../../src/packages/mirror.ts";
import { type MirrorRequest, resolveMirrors } from "../../../src/packages/resolve-mirrors.ts";

test("the environment goes before the manifest, the manifest before what is usual", async () => {
  const usual: Mirrors = {
    main: "http://host.example/debian",
    security: "http://security.example",
    origin: "the host's apt",
  };
  const manifestMirror = "http://manifest.example/debian";
  const environmentMirror = "http://environment.example/debian";

  await expect(choose({ usual, manifestMirror, environmentMirror })).resolves.toEqual({
    main: "http://environment.example/debian",
    security: "http://environment.example/debian-security",
    origin: "QCLOCK_MIRROR_DEBIAN_12",
  });
  await expect(choose({ usual, manifestMirror })).resolves.toMatchObject({
    main: "http://manifest.example/debian",
    origin: "`mirrors` in the manifest",
  });
  await expect(choose({ usual })).resolves.toEqual(usual);
});

test("nobody looks for the usual mirrors where one is known already", async () => {
  const family: MirrorRequest["family"] = {
    ...(await loadFamily("debian-12")),
    usualMirrors: () => Promise.reject(new Error("read")),
  };

  await expect(
    resolveMirrors({
      os: "debian-12",
      manifestMirror: undefined,
      environmentMirror: "http://mirror.example/debian",
      family,
    }),
  ).resolves.toMatchObject({ main: "http://mirror.example/debian" });
});

test.for([
  ["https://m.example/debian", "https://m.example/debian", "https://m.example/debian-security"],
  ["https://m.example/debian///", "https://m.example/debian", "https://m.example/debian-security"],
  ["https://m.example/a https://m.example/b/", "https://m.example/a", "https://m.example/b"],
  ["  https://m.example/a\n https://n.example/b ", "https://m.example/a", "https://n.example/b"],
  ["http://127.0.0.1:8081/all", "http://127.0.0.1:8081/all", "http://127.0.0.1:8081/all"],
])("%j means %s and %s", async ([environmentMirror, main, security]) => {
  await expect(choose({ environmentMirror })).resolves.toMatchObject({ main, security });
});

test.for(["", "  ", "mirror.example", "/srv/mirror"])(
  "%j is no mirror",
  async (environmentMirror) => {
    await expect(choose({ environmentMirror })).rejects.toMatchObject({
      code: "mirror-not-configured",
      message: expect.stringContaining("QCLOCK_MIRROR_DEBIAN_12"),
    });
  },
);

test("more URLs than two are further places of packages", async () => {
  const environmentMirror =
    "http://a.example/debian http://b.example/sec/ http://c.example http://d.example/";

  await expect(choose({ environmentMirror })).resolves.toEqual({
    main: "http://a.example/debian",
    security: "http://b.example/sec",
    further: ["http://c.example", "http://d.example"],
    origin: "QCLOCK_MIRROR_DEBIAN_12",
  });
});

test("without any mirror the error says what to set", async () => {
  await expect(choose({})).rejects.toMatchObject({
    code: "mirror-not-configured",
    message: "No package mirror is known for debian-12.",
    hint: expect.stringContaining("QCLOCK_MIRROR_DEBIAN_12"),
  });
});

test("each OS has its own variable", () => {
  expect(mirrorVariable("debian-13")).toBe("QCLOCK_MIRROR_DEBIAN_13");
});

async function choose({
  usual,
  ...parts
}: Partial<MirrorRequest> & { readonly usual?: Mirrors }): ReturnType<typeof resolveMirrors> {
  return await resolveMirrors({
    os: "debian-12",
    manifestMirror: undefined,
    environmentMirror: undefined,
    family: { ...(await loadFamily("debian-12")), usualMirrors: () => Promise.resolve(usual) },
    ...parts,
  });
}
