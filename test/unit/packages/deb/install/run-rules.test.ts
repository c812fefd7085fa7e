import { expect, test } from "vitest";
import { debRunRules } from "../../../../../src/packages/deb/install/run-rules.ts";

const has = (path: string): boolean =>
  ["tex-common", "libc-bin", "libgdk:amd64"].some(
    (name) => path === `var/lib/dpkg/info/${name}.postinst`,
  );
const image = { architecture: "amd64", epoch: 7, has } as const;

test("who is interested in what scripts ask for is told of all of it at once", () => {
  const requested = debRunRules.requested(
    new Map([
      ["Unincorp", "texmf-format -\n/usr/share/texmf tex-common\nldconfig -\nmodules -\n"],
      ["File", "/usr/share/texmf tex-common/noawait\n/usr/share/icons hicolor\n"],
      ["texmf-format", "tex-common\n"],
      ["ldconfig", "libc-bin/noawait\n"],
      ["modules", "libgdk:amd64\nwithout-script\n"],
    ]),
    image,
  );

  expect(requested.map((each) => [each.package, each.call.path, each.call.args])).toEqual([
    [
      "tex-common",
      "/var/lib/dpkg/info/tex-common.postinst",
      ["triggered", "texmf-format /usr/share/texmf"],
    ],
    ["libc-bin", "/var/lib/dpkg/info/libc-bin.postinst", ["triggered", "ldconfig"]],
    ["libgdk", "/var/lib/dpkg/info/libgdk:amd64.postinst", ["triggered", "modules"]],
  ]);
  expect(requested[0]?.call.environment).toMatchObject({
    DPKG_MAINTSCRIPT_NAME: "postinst",
    DPKG_MAINTSCRIPT_PACKAGE: "tex-common",
    SOURCE_DATE_EPOCH: "7",
    TZ: "UTC",
  });
});

test("very many requests and interests take no longer than reading them", () => {
  const paths = Array.from({ length: 20_000 }, (_, index) => `/usr/share/${index}`);
  const requested = debRunRules.requested(
    new Map([
      ["Unincorp", paths.map((path) => `${path} -\n`).join("")],
      ["File", paths.map((path) => `${path} tex-common\n`).join("")],
    ]),
    image,
  );

  expect(requested.map((each) => each.call.args)).toEqual([["triggered", paths.join(" ")]]);
});

test("nothing is requested where nobody asked, or nobody is interested", () => {
  expect(debRunRules.requested(new Map(), image)).toEqual([]);
  expect(debRunRules.requested(new Map([["Unincorp", "unknown -\n"]]), image)).toEqual([]);
});
