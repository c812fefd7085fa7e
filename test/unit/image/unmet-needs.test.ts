import { rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { recallUnmetNeeds } from "../../../src/image/needs/unmet-need.ts";
import { createWorkshop, type ImageParts, type Workshop } from "../../support/assemble.ts";
import { elfOf } from "../../support/elf.ts";
import type { TarItem } from "../../support/tar.ts";

const executable = 0o755;

function file(path: string, content: string | Uint8Array, mode = executable): TarItem {
  return { path, content, mode };
}

function entrypoint(...command: readonly string[]): NonNullable<ImageParts["image"]> {
  return {
    config: { environment: new Map(), exposedPorts: [], labels: new Map(), entrypoint: command },
  };
}

/** What the build of some files tells of. */
async function toldOf(
  workshop: Workshop,
  files: readonly TarItem[],
  parts: Omit<ImageParts, "debs"> = {},
): Promise<readonly string[]> {
  workshop.notices.length = 0;
  await workshop.assemble({ debs: [{ name: "a", files }], ...parts });
  return workshop.notices.map((notice) => notice.replace('Image "made-up": ', ""));
}

test("libraries that are nowhere are told, of programs by themselves", async () => {
  await using workshop = await createWorkshop();

  const told = await toldOf(workshop, [
    file("usr/bin/tool", elfOf({ libraries: ["libnone.so.1", "libown.so.2", "libx.so"] })),
    file("usr/bin/other", elfOf({ interpreter: "/lib64/ld-none.so.2" })),
    file("usr/lib/tool/private/libown.so.2", elfOf({ libraries: ["libmore.so"] }), 0o644),
    { path: "usr/lib/libx.so", type: "symlink", target: "libx.so.7" },
    file("usr/share/doc/a/core", "\x7fELF and no more"),
  ]);

  expect(told).toEqual([
    "warning: /usr/bin/other lacks /lib64/ld-none.so.2, /usr/bin/tool lacks libnone.so.1, which no layer has.",
    "info: /usr/lib/tool/private/libown.so.2 lacks libmore.so, which no layer has.",
  ]);
});

test("interpreters that are missing are told once each, with the package that brings them", async () => {
  await using workshop = await createWorkshop();

  const told = await toldOf(workshop, [
    file("usr/sbin/one", "#!/usr/bin/perl -w\n"),
    file("usr/sbin/two", "#! /usr/bin/perl\n"),
    file("usr/bin/three", "#!/usr/bin/env python3\n"),
    file("usr/bin/four", "#!/usr/bin/env tool\n"),
    file("usr/bin/env", elfOf({})),
    file("usr/bin/real", elfOf({})),
    { path: "usr/bin/tool", type: "symlink", target: "/etc/alternatives/tool" },
    { path: "etc/alternatives/tool", type: "symlink", target: "/usr/bin/real" },
    file("usr/share/example", "#!/usr/bin/ruby\n", 0o644),
  ]);

  expect(told).toEqual([
    "info: no layer has /usr/bin/perl (package perl-base), the interpreter of /usr/sbin/one, /usr/sbin/two.",
    "info: no layer has python3, the interpreter of /usr/bin/three.",
  ]);
});

test("commands that a started script uses without saying so are told with their packages", async () => {
  await using workshop = await createWorkshop();
  const files = [
    file("usr/bin/sh", elfOf({})),
    file("usr/bin/cat", elfOf({})),
    file("usr/bin/start", "#!/usr/bin/sh\nsed s/a/b/ x | grep b | cat\nunknown-tool\nhelper\n"),
    file("usr/bin/helper", "#!/usr/bin/sh\ncommand -v ps || find .\n"),
    file("usr/bin/unused", "#!/usr/bin/sh\ngzip x\n"),
  ];

  expect(await toldOf(workshop, files, { image: entrypoint("/usr/bin/start") })).toEqual([
    "warning: /usr/bin/start uses sed, grep, which no layer has. The packages grep, sed would bring them; `essential: true` brings all that packages count on.",
    "warning: /usr/bin/helper uses find, which no layer has. The package findutils would bring it; `essential: true` brings all that packages count on.",
  ]);
  expect(await toldOf(workshop, files)).toEqual([]);
});

test("programs that a script calls do not count among the scripts that are looked through", async () => {
  await using workshop = await createWorkshop();
  const programs = Array.from({ length: 60 }, (_, n) => `program-${n}`);
  const files = [
    file("usr/bin/sh", elfOf({})),
    ...programs.map((name) => file(`usr/bin/${name}`, elfOf({}))),
    file("usr/bin/start", `#!/usr/bin/sh\n${programs.join("\n")}\nhelper\n`),
    file("usr/bin/helper", "#!/usr/bin/sh\nfind .\n"),
  ];

  expect(await toldOf(workshop, files, { image: entrypoint("/usr/bin/start") })).toEqual([
    expect.stringMatching(/^warning: \/usr\/bin\/helper uses find, /),
  ]);
});

test("a layer above brings what one below lacks, and is looked through itself", async () => {
  await using workshop = await createWorkshop();
  const tool = file("usr/bin/tool", elfOf({ libraries: ["libnone.so.1"] }));
  const below = await workshop.assemble({ debs: [{ name: "a", files: [tool] }] });

  const told = await toldOf(workshop, [file("usr/lib/libnone.so.1", elfOf({}))], { parent: below });
  expect(told).toEqual([]);

  const needy = file("usr/bin/needy", elfOf({ libraries: ["libnone.so.1"] }));
  expect(await toldOf(workshop, [needy], { parent: below })).toEqual([
    "warning: /usr/bin/needy lacks libnone.so.1, which no layer has.",
  ]);
});

test("what was found is kept, and told again where the layer is remembered", async () => {
  await using workshop = await createWorkshop();
  const debs = [{ name: "a", files: [file("usr/bin/tool", elfOf({ libraries: ["libnone.so"] }))] }];
  const { layers } = await workshop.assemble({ debs });
  const found = await recallUnmetNeeds("image", layers, workshop.store);
  expect(found).toEqual([{ path: "usr/bin/tool", kind: "library", needs: "libnone.so" }]);

  await workshop.assemble({ debs });
  await rm(join(workshop.store.directory, "notes", "layer-needs"), { recursive: true });
  await workshop.assemble({ debs });

  expect(workshop.notices).toHaveLength(3);
  expect(new Set(workshop.notices).size).toBe(1);
});

test("names from packages cannot steer a terminal, and a file that lies about itself is passed over", async () => {
  await using workshop = await createWorkshop();
  const cut = elfOf({ libraries: ["libnone.so"] }).subarray(0, 100);
  const told = await toldOf(workshop, [
    file("usr/bin/steer", elfOf({ libraries: ["lib\u001B[2Jx.so"] })),
    file("usr/bin/cut", cut),
    file("usr/bin/script", `#!/opt/\u001B]0;x\u0007\n`),
  ]);

  expect(told).toHaveLength(2);
  for (const notice of told) expect(notice).not.toMatch(/[\p{Cc}\p{Cf}]/u);
});
