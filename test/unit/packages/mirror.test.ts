import { expect, test } from "vitest";
import {
  type MirrorRequest,
  mirrorVariable,
  resolveMirrors,
} from "../../../src/packages/mirror.ts";

test("the environment goes before the manifest, the manifest before the host", async () => {
  const host = aHost(
    "debian.sources",
    "Types: deb\nURIs: http://host.example/debian\nSuites: bookworm\n",
  );
  const manifestMirror = "http://manifest.example/debian";
  const environmentMirror = "http://environment.example/debian";

  await expect(choose({ ...host, manifestMirror, environmentMirror })).resolves.toEqual({
    main: "http://environment.example/debian",
    security: "http://environment.example/debian-security",
    origin: "QCLOCK_MIRROR_DEBIAN_12",
  });
  await expect(choose({ ...host, manifestMirror })).resolves.toMatchObject({
    main: "http://manifest.example/debian",
    origin: "`mirrors` in the manifest",
  });
  await expect(choose(host)).resolves.toMatchObject({
    main: "http://host.example/debian",
    origin: "the host's apt",
  });
});

test("the host's apt is not read where the mirror is known already", async () => {
  const readHostAptSources = (): Promise<never> => Promise.reject(new Error("read"));

  await expect(
    choose({ environmentMirror: "http://mirror.example/debian", readHostAptSources }),
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

test("deb822 sources name the archive and its security updates", async () => {
  const host = aHost(
    "debian.sources",
    `# a comment
Types: deb
# URIs: http://commented.example/debian
URIs: http://deb.example/debian/
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://security.example/debian-security
Suites: bookworm-security
Components: main
`,
  );

  await expect(choose(host)).resolves.toEqual({
    main: "http://deb.example/debian",
    security: "http://security.example/debian-security",
    origin: "the host's apt",
  });
});

test("one-line sources name them as well", async () => {
  const host = aHost(
    "sources.list",
    `# deb http://commented.example/debian bookworm main
deb-src http://source.example/debian bookworm main
deb [arch=amd64 signed-by=/usr/share/keyrings/x.gpg] http://deb.example/debian bookworm main contrib
deb http://security.example/debian-security/ bookworm-security main
`,
  );

  await expect(choose(host)).resolves.toEqual({
    main: "http://deb.example/debian",
    security: "http://security.example/debian-security",
    origin: "the host's apt",
  });
});

test("what other vendors offer is not Debian's archive", async () => {
  const host = aHost(
    "vendors.list",
    "deb https://packages.vendor.example/apt tool-bookworm main\ndeb https://node.vendor.example/node_24.x nodistro main\n",
  );

  await expect(choose(host)).rejects.toMatchObject({ code: "mirror-not-configured" });
});

test("without any mirror the error says what to set", async () => {
  await expect(choose({})).rejects.toMatchObject({
    code: "mirror-not-configured",
    message: "No package mirror is known for debian-12.",
    hint: expect.stringContaining("QCLOCK_MIRROR_DEBIAN_12"),
  });
});

test("a Debian host is no mirror of another family", async () => {
  const host = aHost(
    "debian.sources",
    "Types: deb\nURIs: http://deb.example/debian\nSuites: bookworm\n",
  );

  await expect(choose({ ...host, os: "oraclelinux-9" })).rejects.toMatchObject({
    code: "mirror-not-configured",
    hint: expect.stringContaining("QCLOCK_MIRROR_ORACLELINUX_9"),
  });
});

test("each OS has its own variable", () => {
  expect(mirrorVariable("debian-13")).toBe("QCLOCK_MIRROR_DEBIAN_13");
});

function choose(parts: Partial<MirrorRequest>): ReturnType<typeof resolveMirrors> {
  return resolveMirrors({
    os: "debian-12",
    manifestMirror: undefined,
    environmentMirror: undefined,
    readHostAptSources: () => Promise.resolve([]),
    ...parts,
  });
}

function aHost(name: string, text: string): Pick<MirrorRequest, "readHostAptSources"> {
  return { readHostAptSources: () => Promise.resolve([{ name, text }]) };
}
