import { expect, test } from "vitest";
import { createWorkshop, type Workshop } from "../../support/assemble.ts";
import { file, link } from "../../support/deb.ts";
import { elfOf } from "../../support/elf.ts";
import type { TarItem } from "../../support/tar.ts";

const executable = { mode: 0o755 };

function assemble(
  workshop: Workshop,
  entrypoint: readonly string[],
  files: readonly TarItem[],
): Promise<unknown> {
  const config = {
    environment: new Map<string, string>(),
    exposedPorts: [],
    labels: new Map<string, string>(),
    entrypoint,
  };
  return workshop.assemble({ debs: [{ name: "a", files }], image: { config } });
}

const loader = file("lib64/ld-linux-x86-64.so.2", elfOf({}), executable);
const shell = file("bin/sh", elfOf({ interpreter: "/lib64/ld-linux-x86-64.so.2" }), executable);

test("a script whose interpreter is there passes, found through merged folders", async () => {
  await using workshop = await createWorkshop();

  await expect(
    assemble(
      workshop,
      ["/usr/local/bin/start"],
      [file("usr/local/bin/start", "#!/bin/sh\n", executable), shell, loader],
    ),
  ).resolves.toBeDefined();
});

test("an entrypoint without a folder is looked for in PATH", async () => {
  await using workshop = await createWorkshop();

  await expect(
    assemble(
      workshop,
      ["start"],
      [file("usr/bin/start", "#!/bin/sh\n", executable), shell, loader],
    ),
  ).resolves.toBeDefined();
});

test("a program finds libraries in the loader's folders and in its own run path, through links", async () => {
  await using workshop = await createWorkshop();
  const program = elfOf({
    interpreter: "/lib64/ld-linux-x86-64.so.2",
    libraries: ["libc.so.6", "libown.so.1"],
    runPath: "$ORIGIN/../private",
  });

  await expect(
    assemble(
      workshop,
      ["/opt/bin/program"],
      [
        file("opt/bin/program", program, executable),
        file("opt/private/libown.so.1", elfOf({})),
        file("lib/x86_64-linux-gnu/libc-2.36.so", elfOf({})),
        link("lib/x86_64-linux-gnu/libc.so.6", "libc-2.36.so"),
        loader,
      ],
    ),
  ).resolves.toBeDefined();
});

test("a program that is started by a link finds libraries beside itself", async () => {
  await using workshop = await createWorkshop();
  const program = elfOf({
    interpreter: "/lib64/ld-linux-x86-64.so.2",
    libraries: ["libown.so.1"],
    runPath: "$ORIGIN/../lib",
  });

  await expect(
    assemble(
      workshop,
      ["/usr/bin/tool"],
      [
        file("usr/lib/vendor/bin/tool", program, executable),
        file("usr/lib/vendor/lib/libown.so.1", elfOf({})),
        link("usr/bin/tool", "/usr/lib/vendor/bin/tool"),
        loader,
      ],
    ),
  ).resolves.toBeDefined();
});

test("a library is there for others that its program has brought", async () => {
  await using workshop = await createWorkshop();

  await expect(
    assemble(workshop, ["/usr/bin/program"], withOuter(["libouter.so.1", "libinner.so.1"])),
  ).resolves.toBeDefined();
});

test("a library does not look in folders of its program", async () => {
  await using workshop = await createWorkshop();

  await expect(
    assemble(workshop, ["/usr/bin/program"], withOuter(["libouter.so.1"])),
  ).rejects.toMatchObject({ code: "missing-library" });
});

/** A program with a folder of its own, where one library needs another. */
function withOuter(libraries: readonly string[]): readonly TarItem[] {
  const interpreter = "/lib64/ld-linux-x86-64.so.2";
  const program = elfOf({ interpreter, libraries, runPath: "/opt/private" });
  return [
    file("usr/bin/program", program, executable),
    file("opt/private/libouter.so.1", elfOf({ libraries: ["libinner.so.1"] })),
    file("opt/private/libinner.so.1", elfOf({})),
    loader,
  ];
}

const start = (content: string, mode = 0o755): TarItem => file("start", content, { mode });

for (const [name, files, code, message] of [
  ["an entrypoint that is not there", [], "missing-interpreter", /lacks \/start/],
  [
    "an entrypoint that is not executable",
    [start("#!/bin/sh\n", 0o644)],
    "missing-interpreter",
    /not executable/,
  ],
  [
    "a script without its interpreter",
    [start("#!/bin/sh\n")],
    "missing-interpreter",
    /lacks \/bin\/sh, the interpreter of \/start/,
  ],
  [
    "a script whose interpreter has no loader",
    [start("#!/bin/sh\n"), shell],
    "missing-interpreter",
    /ld-linux-x86-64/,
  ],
  [
    "a script through env whose program is not there",
    [start("#!/usr/bin/env python3\n"), file("usr/bin/env", elfOf({}), executable)],
    "missing-interpreter",
    /python3/,
  ],
  [
    "a script with Windows line ends",
    [start("#!/bin/sh\r\necho\r\n"), shell, loader],
    "missing-interpreter",
    /Windows line ends/,
  ],
  [
    "a program without its library",
    [file("start", elfOf({ libraries: ["libssl.so.3"] }), executable)],
    "missing-library",
    /lacks libssl\.so\.3, which \/start needs/,
  ],
] as const) {
  test(`${name} is an error with a hint`, async () => {
    await using workshop = await createWorkshop();

    await expect(assemble(workshop, ["/start"], files)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
      hint: expect.stringMatching(/./),
    });
  });
}

test("an entrypoint that begins at the working folder is looked for there", async () => {
  await using workshop = await createWorkshop();
  const config = {
    environment: new Map<string, string>(),
    exposedPorts: [],
    labels: new Map<string, string>(),
    entrypoint: ["./start"],
    workingDirectory: "/app",
  };
  const build = (path: string): Promise<unknown> =>
    workshop.assemble({
      debs: [{ name: "a", files: [file(path, elfOf({}), executable)] }],
      image: { config },
    });

  await expect(build("app/start")).resolves.toBeDefined();
  await expect(build("start")).rejects.toMatchObject({
    message: 'Image "made-up" lacks /app/start, which image "made-up" starts.',
  });
});

test("what services and probes start is looked for, but for what their mounts lie over", async () => {
  await using workshop = await createWorkshop();
  const script = file("usr/bin/check", "#!/opt/tool\n", executable);
  const run = (program: string, mounts: readonly string[] = []): Promise<unknown> =>
    workshop.assemble({
      debs: [{ name: "a", files: [script] }],
      started: [
        {
          program,
          candidates: [program.slice(1)],
          folders: [],
          owner: 'service "web"',
          place: "",
          mounts,
        },
      ],
    });

  await expect(run("/usr/bin/none")).rejects.toMatchObject({
    code: "missing-interpreter",
    message: 'Image "made-up" lacks /usr/bin/none, which service "web" starts.',
  });
  await expect(run("/usr/bin/none", ["/usr/bin"])).resolves.toBeDefined();
  await expect(run("/usr/bin/check")).rejects.toMatchObject({
    message: 'Image "made-up" lacks /opt/tool, the interpreter of /usr/bin/check.',
  });
  await expect(run("/usr/bin/check", ["/opt"])).resolves.toBeDefined();
});

test("a library's own libraries are looked for as well", async () => {
  await using workshop = await createWorkshop();

  const assembling = assemble(
    workshop,
    ["/start"],
    [
      file("start", elfOf({ libraries: ["libone.so"] }), executable),
      file("usr/lib/libone.so", elfOf({ libraries: ["libtwo.so"] })),
    ],
  );

  await expect(assembling).rejects.toMatchObject({
    code: "missing-library",
    message: expect.stringMatching(/libtwo\.so, which \S+libone\.so needs/),
  });
});

test("what an essential package brings is named with it", async () => {
  await using workshop = await createWorkshop();
  const script = file("start", "#!/bin/sh\n", executable);

  await expect(assemble(workshop, ["/start"], [script])).rejects.toMatchObject({
    code: "missing-interpreter",
    hint: "Add the package dash, which brings it; `essential: true` brings all that packages use without saying so.",
  });
});

test("a library is found where ld.so.conf names its folder, by the cache that ldconfig makes of it", async () => {
  await using workshop = await createWorkshop();
  const files = [
    file("start", elfOf({ libraries: ["libown.so.1"] }), executable),
    file("opt/own/lib/libown.so.1", elfOf({})),
  ];
  const conf = file("etc/ld.so.conf", "/opt/own/lib\n");
  const config = { environment: new Map(), exposedPorts: [], labels: new Map() };
  const build = (postinst: string): Promise<unknown> =>
    workshop.assemble({
      debs: [{ name: "a", files: [...files, conf], control: { postinst } }],
      image: { config: { ...config, entrypoint: ["/start"] } },
    });

  await expect(build("#!/bin/sh\n")).rejects.toMatchObject({ code: "missing-library" });
  await expect(build("#!/bin/sh\nldconfig\n")).resolves.toBeDefined();
});

test("of two names of a library each is the file of its own layer", async () => {
  await using workshop = await createWorkshop();
  const parent = await workshop.assemble({
    debs: [
      {
        name: "below",
        files: [
          file("usr/lib/libone.so", elfOf({ libraries: ["libtwo.so"] })),
          { path: "usr/lib/libsame.so", type: "hardlink", target: "usr/lib/libone.so" },
        ],
      },
    ],
  });
  const config = { environment: new Map(), exposedPorts: [], labels: new Map() };

  const assembling = workshop.assemble({
    parent,
    debs: [
      {
        name: "above",
        fields: { Replaces: "below" },
        files: [
          file("start", elfOf({ libraries: ["libsame.so"] }), executable),
          file("usr/lib/libone.so", elfOf({})),
        ],
      },
    ],
    image: { config: { ...config, entrypoint: ["/start"] } },
  });

  await expect(assembling).rejects.toMatchObject({
    code: "missing-library",
    message: expect.stringMatching(/libtwo\.so, which \S+libsame\.so needs/),
  });
});
