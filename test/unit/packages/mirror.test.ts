import { expect, test } from "vitest";
import {
  type MirrorRequest,
  mirrorVariable,
  resolveMirrors,
} from "../../../src/packages/mirror.ts";

test("the environment goes before the manifest, the manifest before the host", async () => {
  const host = aHost(
    "debian.sources",
    "Types: deb\nURIs: http://host.example/debian\nSuites: bookworm\nComponents: main\n",
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

test.for([
  ["another component", "deb https://vendor.example/linux/debian bookworm stable\n"],
  ["another suite", "deb https://vendor.example/apt bookworm-tool main\n"],
  ["nothing else of Debian's", "deb https://vendor.example/php bookworm main\n"],
  ["a flat archive", "deb https://vendor.example/debian ./\n"],
  ["sources alone", "deb-src http://deb.example/debian bookworm main\n"],
  ["a disc", "deb cdrom:[Debian 12 _Bookworm_]/debian bookworm main\n"],
  ["a protocol that is not HTTP", "deb tor+http://deb.example/debian bookworm main\n"],
  ["a comment", "# deb http://deb.example/debian bookworm main\n"],
] as const)("an archive of %s is not Debian's", async ([, text]) => {
  await expect(choose(aHost("vendor.list", text))).rejects.toMatchObject({
    code: "mirror-not-configured",
  });
});

test("a vendor's archive that comes first does not win", async () => {
  const host = aHost(
    "sources.list",
    `deb https://vendor.example/linux/debian bookworm stable
deb https://vendor.example/php bookworm main
deb http://deb.example/debian bookworm main
deb http://deb.example/debian bookworm-updates main
`,
  );

  await expect(choose(host)).resolves.toMatchObject({ main: "http://deb.example/debian" });
});

test("a company's mirror is known by its updates, whatever its path", async () => {
  const host = aHost(
    "sources.list",
    `deb http://mirror.example/repos/deb-main bookworm main
deb http://mirror.example/repos/deb-main bookworm-updates main
deb http://mirror.example/repos/deb-sec bookworm-security main
`,
  );

  await expect(choose(host)).resolves.toMatchObject({
    main: "http://mirror.example/repos/deb-main",
    security: "http://mirror.example/repos/deb-sec",
  });
});

test("a company's mirror is known by Debian's keyring as well", async () => {
  const host = aHost(
    "company.sources",
    `Types: deb
URIs: http://mirror.example/main
Suites: bookworm
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
`,
  );

  await expect(choose(host)).resolves.toMatchObject({ main: "http://mirror.example/main" });
});

test("the release that was asked for goes before another one", async () => {
  const host = aHost(
    "sources.list",
    "deb http://old.example/debian bullseye main\ndeb http://new.example/debian bookworm main\n",
  );
  const other = aHost("sources.list", "deb http://old.example/debian bullseye main\n");

  await expect(choose(host)).resolves.toMatchObject({ main: "http://new.example/debian" });
  await expect(choose(other)).resolves.toMatchObject({ main: "http://old.example/debian" });
});

test("a paragraph that is off does not count; a field may go on over lines", async () => {
  const host = aHost(
    "debian.sources",
    `Enabled: no
Types: deb
URIs: http://off.example/debian
Suites: bookworm
Components: main

types: deb deb-src
uris:
 http://one.example/debian/
# a comment in the middle
 http://two.example/debian
suites: bookworm
 bookworm-updates
components: main contrib
`,
  );

  await expect(choose(host)).resolves.toMatchObject({ main: "http://one.example/debian" });
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

test("more URLs than two are further places of packages", async () => {
  const mirrors = await resolveMirrors({
    os: "debian-12",
    manifestMirror: undefined,
    environmentMirror:
      "http://a.example/debian http://b.example/sec/ http://c.example http://d.example/",
    readHostAptSources: async () => [],
  });

  expect(mirrors).toEqual({
    main: "http://a.example/debian",
    security: "http://b.example/sec",
    further: ["http://c.example", "http://d.example"],
    origin: "QCLOCK_MIRROR_DEBIAN_12",
  });
});
