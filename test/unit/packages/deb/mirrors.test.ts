import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { hostMirrors } from "../../../../src/packages/deb/mirrors.ts";
import { temporaryFolder } from "../../../support/temporary-store.ts";

test("deb822 sources name the archive and its security updates", async () => {
  const host = await aptOf(
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

  expect(host).toEqual({
    main: "http://deb.example/debian",
    security: "http://security.example/debian-security",
    origin: "the host's apt",
  });
});

test("one-line sources name them as well", async () => {
  const host = await aptOf(
    "sources.list",
    `# deb http://commented.example/debian bookworm main
deb-src http://source.example/debian bookworm main
deb [arch=amd64 signed-by=/usr/share/keyrings/x.gpg] http://deb.example/debian bookworm main contrib
deb http://security.example/debian-security/ bookworm-security main
`,
  );

  expect(host).toEqual({
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
  await expect(aptOf("vendor.list", text)).resolves.toBeUndefined();
});

test("a vendor's archive that comes first does not win", async () => {
  const host = await aptOf(
    "sources.list",
    `deb https://vendor.example/linux/debian bookworm stable
deb https://vendor.example/php bookworm main
deb http://deb.example/debian bookworm main
deb http://deb.example/debian bookworm-updates main
`,
  );

  expect(host).toMatchObject({ main: "http://deb.example/debian" });
});

test("a company's mirror is known by its updates, whatever its path", async () => {
  const host = await aptOf(
    "sources.list",
    `deb http://mirror.example/repos/deb-main bookworm main
deb http://mirror.example/repos/deb-main bookworm-updates main
deb http://mirror.example/repos/deb-sec bookworm-security main
`,
  );

  expect(host).toMatchObject({
    main: "http://mirror.example/repos/deb-main",
    security: "http://mirror.example/repos/deb-sec",
  });
});

test("a company's mirror is known by Debian's keyring as well", async () => {
  const host = await aptOf(
    "company.sources",
    `Types: deb
URIs: http://mirror.example/main
Suites: bookworm
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
`,
  );

  expect(host).toMatchObject({ main: "http://mirror.example/main" });
});

test("the release that was asked for goes before another one", async () => {
  const host = await aptOf(
    "sources.list",
    "deb http://old.example/debian bullseye main\ndeb http://new.example/debian bookworm main\n",
  );
  const other = await aptOf("sources.list", "deb http://old.example/debian bullseye main\n");

  expect(host).toMatchObject({ main: "http://new.example/debian" });
  expect(other).toMatchObject({ main: "http://old.example/debian" });
});

test("security updates may lie in the archive itself, and those of the release go before others", async () => {
  const beside = await aptOf(
    "debian.sources",
    `Types: deb
URIs: http://deb.example/all/debian
Suites: bookworm bookworm-security
Components: main
`,
  );
  const several = await aptOf(
    "sources.list",
    `deb http://old.example/debian-security bullseye-security main
deb http://new.example/debian bookworm main
deb http://new.example/debian-security bookworm-security main
`,
  );
  const others = await aptOf(
    "sources.list",
    `deb http://new.example/debian bookworm main
deb http://old.example/debian-security buster/updates main
deb http://other.example/debian-security bullseye-security main
`,
  );

  expect(beside).toMatchObject({ security: "http://deb.example/all/debian" });
  expect(several).toMatchObject({ security: "http://new.example/debian-security" });
  expect(others).toMatchObject({ security: "http://old.example/debian-security" });
});

test("a paragraph that is off does not count; a field may go on over lines", async () => {
  const host = await aptOf(
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

  expect(host).toMatchObject({ main: "http://one.example/debian" });
});

test("what apt does not read is no source, nor is a folder that is not there", async () => {
  const line = "deb http://deb.example/debian bookworm main\n";

  await expect(aptOf("debian.list.disabled", line)).resolves.toBeUndefined();
  await expect(hostMirrors("debian-12", "/nowhere/etc/apt")).resolves.toBeUndefined();
});

/** The mirrors of a host whose apt has one file of sources. */
async function aptOf(name: string, text: string): ReturnType<typeof hostMirrors> {
  await using settings = await temporaryFolder();
  const parts = path.join(settings.path, "sources.list.d");
  await mkdir(parts);
  await writeFile(path.join(name === "sources.list" ? settings.path : parts, name), text);
  return await hostMirrors("debian-12", settings.path);
}
