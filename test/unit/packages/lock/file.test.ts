import { expect, test } from "vitest";
import { formatLock, parseLock } from "../../../../src/packages/lock/file.ts";
import type { Lock, LockedPackage } from "../../../../src/packages/package.ts";
import { formatReason } from "../../../../src/packages/reason.ts";

const hex = "0123456789abcdef".repeat(4);

const bash: LockedPackage = {
  name: "bash",
  version: "5.2.15-2+b8",
  architecture: "amd64",
  repository: "bookworm",
  path: "pool/main/b/bash/bash_5.2.15-2+b8_amd64.deb",
  sizeBytes: 1_490_712,
  digest: `sha256:${hex}`,
  source: "bash",
  sourceVersion: "5.2.15-2",
  buildTime: 1_700_000_000,
  reasons: [{ type: "requested" }],
};

const libc6: LockedPackage = {
  ...bash,
  name: "libc6",
  version: "2.36-9+deb12u10",
  reasons: [{ type: "dependency", of: "bash", relation: "libc6 (>= 2.36) | libc6-other" }],
};

const lock: Lock = {
  version: 2,
  targets: new Map([
    [
      "debian-12/amd64",
      {
        os: "debian-12",
        architecture: "amd64",
        inputs: `sha256:${hex}`,
        repositories: [
          {
            id: "bookworm",
            archive: "main",
            metadataDigest: `sha256:${hex}`,
            indexDigests: new Map([["main/binary-amd64/Packages.xz", `sha256:${hex}` as const]]),
            signedBy: "B8B80B5B623EAB6AD8775C45B7C5D7D6350947F8",
          },
        ],
        images: new Map([
          [
            "base",
            {
              packages: [bash, libc6],
              newestBuild: 1_700_000_000,
              packagesLayer: `sha256:${hex}` as const,
              runLayer: `sha256:${hex}` as const,
            },
          ],
          ["app", { packages: [] }],
        ]),
      },
    ],
  ]),
};

test("a lock reads well", () => {
  expect(formatLock(lock).replaceAll(hex, "…")).toMatchInlineSnapshot(`
    "# Written by qclock. It says which bytes the images are made of, where each comes from, who signed it and
    # why it is there. Review changes like code; do not edit by hand: \`qclock lock\` writes it.
    version: 2
    targets:
      debian-12/amd64:
        os: debian-12
        architecture: amd64
        inputs: sha256:…
        repositories:
          - id: bookworm
            archive: main
            metadata: sha256:…
            indexes:
              main/binary-amd64/Packages.xz: sha256:…
            signed_by: B8B80B5B623EAB6AD8775C45B7C5D7D6350947F8
        images:
          base:
            newest_build: 1700000000
            packages_layer: sha256:…
            run_layer: sha256:…
            packages:
              - name: bash
                version: 5.2.15-2+b8
                architecture: amd64
                repository: bookworm
                path: pool/main/b/bash/bash_5.2.15-2+b8_amd64.deb
                size: 1490712
                sha256: …
                source: bash 5.2.15-2
                built: 1700000000
                reasons:
                  - requested
              - name: libc6
                version: 2.36-9+deb12u10
                architecture: amd64
                repository: bookworm
                path: pool/main/b/bash/bash_5.2.15-2+b8_amd64.deb
                size: 1490712
                sha256: …
                source: bash 5.2.15-2
                built: 1700000000
                reasons:
                  - bash needs libc6 (>= 2.36) | libc6-other
          app:
            packages: []
    "
  `);
});

test("what is written is read back as it was, and written again as it was", () => {
  const text = formatLock(lock);
  const read = parseLock(text, "stack.lock.yaml");

  expect(read).toEqual({ ok: true, value: lock });
  expect(read.ok && formatLock(read.value)).toBe(text);
});

test("what a family signs one by one, module streams and marks are read back as they were", () => {
  const [[key, target] = ["", undefined]] = lock.targets;
  if (target === undefined) throw new Error("the lock has no target");
  const reasons = [{ type: "requested" }, { type: "essential" }] as const;
  const signed = { ...bash, signedBy: "A".repeat(40), reasons };
  const images = new Map([["base", { packages: [signed, { ...libc6, unsigned: true as const }] }]]);
  const repositories = target.repositories.map(({ signedBy: _, ...unsigned }) => unsigned);
  const full: Lock = {
    ...lock,
    targets: new Map([[key, { ...target, modules: ["nodejs:20"], repositories, images }]]),
  };

  const written = formatLock(full);

  expect(written).toContain("unsigned: true");
  expect(parseLock(written, "stack.lock.yaml")).toEqual({ ok: true, value: full });
});

test("artifacts stand below the packages of their image, and are read back as they were", () => {
  const pinned = {
    url: "https://downloads.example/tool.tar.gz",
    digest: `sha256:${hex}`,
    sizeBytes: 1234,
    path: "/opt/tool",
  } as const;
  const [[key, target] = ["", undefined]] = lock.targets;
  if (target === undefined) throw new Error("the lock has no target");
  const images = new Map([["tool", { packages: [], artifacts: [pinned] }]]);
  const withArtifact: Lock = { ...lock, targets: new Map([[key, { ...target, images }]]) };

  const text = formatLock(withArtifact);

  expect(text.slice(text.indexOf("    images:")).replaceAll(hex, "…")).toMatchInlineSnapshot(`
    "    images:
          tool:
            packages: []
            artifacts:
              - url: https://downloads.example/tool.tar.gz
                sha256: …
                size: 1234
                path: /opt/tool
    "
  `);
  expect(parseLock(text, "stack.lock.yaml")).toEqual({ ok: true, value: withArtifact });
});

test("targets are sorted, whichever came first", () => {
  const [target] = lock.targets.values();
  if (target === undefined) throw new Error("no target");
  const keys = ["debian-13/amd64", "debian-12/arm64", "debian-12/amd64"];
  const text = formatLock({ version: 2, targets: new Map(keys.map((key) => [key, target])) });

  expect(text.match(/^ {2}\S+(?=:$)/gm)?.map((line) => line.trim())).toEqual(keys.toSorted());
});

test("one package that moves changes its own lines alone", () => {
  const moved = { ...libc6, version: "2.36-9+deb12u11" };
  const [target] = lock.targets.values();
  if (target === undefined) throw new Error("no target");
  const other = {
    ...target,
    images: new Map([
      ...target.images,
      [
        "base",
        {
          packages: [bash, moved],
          newestBuild: 1_700_000_000,
          packagesLayer: `sha256:${hex}` as const,
          runLayer: `sha256:${hex}` as const,
        },
      ],
    ]),
  };
  const before = formatLock(lock).split("\n");
  const after = formatLock({ version: 2, targets: new Map([["debian-12/amd64", other]]) }).split(
    "\n",
  );

  expect(after.filter((line, index) => line !== before[index])).toEqual([
    "            version: 2.36-9+deb12u11",
  ]);
});

test.for(["1.10", "1e3", "0x10", "null", "yes", "1:2.3", "2026-01-01", "~", "12.0"])(
  "the version %s stays a text",
  (version) => {
    const [target] = lock.targets.values();
    if (target === undefined) throw new Error("no target");
    const images = new Map([
      ["base", { packages: [{ ...bash, version, sourceVersion: version }] }],
    ]);
    const written = formatLock({
      version: 2,
      targets: new Map([["debian-12/amd64", { ...target, images }]]),
    });

    const read = parseLock(written, "stack.lock.yaml");

    expect(
      read.ok && read.value.targets.get("debian-12/amd64")?.images.get("base")?.packages[0],
    ).toEqual({
      ...bash,
      version,
      sourceVersion: version,
    });
  },
);

test("Windows line ends are read as well", () => {
  expect(parseLock(formatLock(lock).replaceAll("\n", "\r\n"), "stack.lock.yaml")).toMatchObject({
    ok: true,
  });
});

test("a reason in words", () => {
  expect(bash.reasons.map(formatReason)).toEqual(["requested"]);
  expect(libc6.reasons.map(formatReason)).toEqual(["bash needs libc6 (>= 2.36) | libc6-other"]);
});

const text = formatLock(lock);

test.for<readonly [string, string, RegExp, RegExp]>([
  [
    "a conflict",
    text.replace("    repositories:", "<<<<<<< HEAD\n    repositories:"),
    /^\d+:1 .*conflict markers/,
    /one side/,
  ],
  ["a lone half of a conflict", `${text}>>>>>>> branch\n`, /conflict markers/, /one side/],
  [
    "a newer format",
    text.replace("version: 2\n", "version: 3\n"),
    /^3:10 The lock was written by a newer version of qclock: its format is 3, and this one reads 2\.$/,
    /version of qclock that the project uses/,
  ],
  [
    "a newer format with other keys",
    text.replace("version: 2\n", "version: 3\nnovelty: 1\n").replace("images:", "pictures:"),
    /^3:10 .*newer version of qclock/,
    /version of qclock that the project uses/,
  ],
  [
    "the former format",
    text.replace("version: 2\n", "version: 1\n"),
    /^3:10 The lock has the format of an earlier qclock, 1, and this one writes 2\.$/,
    /rm stack\.lock\.yaml && qclock lock/,
  ],
  ["no format", text.replace("version: 2\n", ""), /does not say which format/, /Restore/],
  ...(["0", "1.5", "one", "[1]", "null"] as const).map(
    (format) =>
      [
        `the format ${format}`,
        text.replace("version: 2\n", `version: ${format}\n`),
        /^3:10 .*which no version of qclock writes/,
        /Restore/,
      ] as const,
  ),
  [
    "a package twice",
    text.replace("- name: libc6\n", "- name: bash\n"),
    /^\d+:19 .*packages\.1\.name: holds "bash" a second time/,
    /Restore/,
  ],
  [
    "a package from a repository that is not there",
    text.replace("repository: bookworm\n", "repository: sid\n"),
    /^25:25 .*bash is from "sid", which is not among the repositories/,
    /Restore/,
  ],
  [
    "a reason that names a package which is not there",
    text.replace("- bash needs", "- dash needs"),
    /libc6 is there because of "dash", which no image holds/,
    /Restore/,
  ],
  [
    "a repository twice",
    text.replace(
      /( {6}- id: bookworm\n[^]*?)( {4}images:)/,
      (_, entry: string, rest: string) => `${entry}${entry}${rest}`,
    ),
    /repositories\.1\.id: names "bookworm" a second time/,
    /Restore/,
  ],
  [
    "a target under another's key",
    text.replace("debian-12/amd64:", "debian-12/arm64:"),
    /^6:5 .*is for debian-12\/amd64 but stands under debian-12\/arm64/,
    /Restore/,
  ],
  [
    "a sequence that steers a terminal",
    text.replace("version: 5.2.15-2+b8", 'version: "5\\e[2J"'),
    /holds control characters/,
    /Restore/,
  ],
  [
    "a mark that turns what is read",
    text.replace("source: bash", "source: \u202Ehsab"),
    /holds control characters/,
    /Restore/,
  ],
  [
    "an unknown key",
    text.replace("    repositories:", "    extra: 1\n    repositories:"),
    /extra/,
    /Restore/,
  ],
  [
    "an unknown OS",
    text.replace("os: debian-12", "os: debian-99"),
    /^6:9 .*targets\.debian-12\/amd64\.os/,
    /Restore/,
  ],
  [
    "a digest that is none",
    text.replace(`inputs: sha256:${hex}`, "inputs: sha256:123"),
    /inputs/,
    /Restore/,
  ],
  [
    "another digest's algorithm",
    text.replace(`inputs: sha256:${hex}`, `inputs: sha512:${hex}`),
    /inputs/,
    /Restore/,
  ],
  ["a size below zero", text.replace("size: 1490712", "size: -1"), /size/, /Restore/],
  ["a size that is a text", text.replace("size: 1490712", "size: big"), /size/, /Restore/],
  ["an absolute path", text.replace("path: pool", "path: /pool"), /path/, /Restore/],
  [
    "a path that climbs",
    text.replace("path: pool/main", "path: pool/../../main"),
    /path/,
    /Restore/,
  ],
  [
    "a path that climbs by encoded dots",
    text.replace("path: pool/main", "path: pool/%2E./.%2e/main"),
    /path/,
    /Restore/,
  ],
  ["a short fingerprint", text.replace("signed_by: B8B8", "signed_by: B8"), /signed_by/, /Restore/],
  ["a missing field", text.replace(/ +reasons:\n +- requested\n/, ""), /reason/, /Restore/],
  ["a tab", text.replace("    repositories:", "\tepoch:"), /not valid YAML/, /Restore/],
  [
    "a key twice",
    text.replace("    repositories:", "    repositories: 1\n    repositories:"),
    /not valid YAML/,
    /Restore/,
  ],
  ["two documents", `${text}---\n${text}`, /not valid YAML/, /Restore/],
  ["a cut file", text.slice(0, text.length >> 1), /damaged|not valid/, /Restore/],
  ["a reason that is none", text.replace("- requested", "- because"), /reason/, /Restore/],
  ["an alias without an anchor", "version: 1\ntargets: *nothing\n", /^2:10 .*alias/, /Restore/],
  ["an alias of itself", "version: 1\ntargets: &a { x: *a }\n", /^2:18 .*alias/, /Restore/],
  ["a heap of aliases", `a: &a [1]\nb: [${"*a, ".repeat(5000)}]\n`, /^2:5 .*alias/, /Restore/],
  ["nothing", "", /damaged/, /Restore/],
  ["a list", "- 1\n", /damaged/, /Restore/],
])("%s is refused with its place", ([, damaged, message, hint]) => {
  const read = parseLock(damaged, "stack.lock.yaml");

  if (read.ok) throw new Error("it was read");
  const [first] = read.error;
  expect(first).toMatchObject({
    severity: "error",
    code: "lock-invalid",
    location: { file: "stack.lock.yaml" },
    hint: expect.stringMatching(hint),
  });
  const { line, column } = first?.location ?? {};
  expect(`${line}:${column} ${first?.message}`).toMatch(message);
});

test("the place of a problem is its own line", () => {
  const damaged = text.replace("size: 1490712", "size: -1");
  const read = parseLock(damaged, "stack.lock.yaml");

  if (read.ok) throw new Error("it was read");
  const { location } = read.error[0] ?? {};
  expect(location?.sourceLine).toBe("            size: -1");
  expect(damaged.slice(location?.offset, (location?.offset ?? 0) + (location?.length ?? 0))).toBe(
    "-1",
  );
});

test("a name such as __proto__ is a name like any other", () => {
  const [target] = lock.targets.values();
  if (target === undefined) throw new Error("no target");
  const named = { ...target, images: new Map([["constructor", { packages: [bash] }]]) };
  const written = formatLock({ version: 2, targets: new Map([["debian-12/amd64", named]]) });

  const read = parseLock(written, "stack.lock.yaml");

  expect(read.ok && [...(read.value.targets.get("debian-12/amd64")?.images.keys() ?? [])]).toEqual([
    "constructor",
  ]);
});

test.each([1000, 20_000])(
  "a lock of %d keys that mean nothing is refused in time",
  (count) => {
    const keys = Array.from({ length: count }, (_, at) => `  k${at}: x\n`).join("");
    const read = parseLock(`version: 2\ntargets:\n${keys}`, "stack.lock.yaml");

    const problems = read.ok ? [] : read.error;
    expect(problems).not.toEqual([]);
    expect(problems.length).toBeLessThanOrEqual(100);
  },
  30_000,
);

test.each<readonly [version: string, message: RegExp]>([
  ["3", /was written by a newer version of qclock: its format is 3,/],
  ["2.5", /says that its format is 2\.5, which no version/],
  ["0", /says that its format is 0, which no version/],
  ["-1", /says that its format is -1, which no version/],
  ['"3"', /says that its format is "3", which no version/],
  ["[3]", /says that its format is \[3\], which no version/],
  ["1", /has the format of an earlier qclock, 1, and this one writes 2/],
])("a lock of the format %s is refused with what it is", (version, message) => {
  const read = parseLock(`version: ${version}\ntargets: {}\n`, "stack.lock.yaml");
  expect(read).toMatchObject({ ok: false, error: [{ message: expect.stringMatching(message) }] });
});

test.each(["[]", "text", "5", "null", "[version]"])(
  "a lock that is %s and no map is damaged",
  (damaged) => {
    const read = parseLock(damaged, "stack.lock.yaml");
    expect(read).toMatchObject({
      ok: false,
      error: [{ message: expect.stringContaining("The lock is damaged: ") }],
    });
  },
);

test("of very many problems the first hundred are told", () => {
  const long = `version: 2\ntargets:\n${Array.from({ length: 150 }, (_, at) => `  t${at}: 1\n`).join("")}`;
  const read = parseLock(long, "stack.lock.yaml");
  expect(read.ok ? [] : read.error).toHaveLength(100);
});
