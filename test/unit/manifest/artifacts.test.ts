import { expect, test } from "vitest";
import { codesOf, screenOf, stackOf } from "../../support/read-manifest.ts";

const sha256 = "0123456789abcdef".repeat(4);

/** A manifest with one image whose artifacts are these, in YAML's flow style. */
function withArtifacts(...artifacts: readonly string[]): string {
  return `name: shop\nimages:\n  app:\n    from: scratch\n    artifacts:\n${artifacts
    .map((artifact) => `      - { ${artifact} }\n`)
    .join("")}`;
}

const whole = `url: "https://a.example/tool.tar.gz", sha256: "${sha256}", path: /opt/tool`;

function artifactsOf(...artifacts: readonly string[]): unknown {
  const image = stackOf(withArtifacts(...artifacts)).images.get("app");
  return image?.type === "assembled" ? image.artifacts : undefined;
}

test("an archive is unpacked to its path, owned by root, with nothing taken off its names", () => {
  expect(artifactsOf(whole)).toEqual([
    {
      url: "https://a.example/tool.tar.gz",
      digest: `sha256:${sha256}`,
      path: "/opt/tool",
      uid: 0,
      gid: 0,
      unpack: "tar",
      stripComponents: 0,
    },
  ]);
});

test("a single file has a mode; digest and path are brought to one form", () => {
  const entry = `url: "http://a.example/x?name=a.zip", sha256: "sha256:${sha256.toUpperCase()}", path: /usr//local/./bin/x, mode: "0755", owner: "7:8"`;

  expect(artifactsOf(entry)).toEqual([
    {
      url: "http://a.example/x?name=a.zip",
      digest: `sha256:${sha256}`,
      path: "/usr/local/bin/x",
      uid: 7,
      gid: 8,
      unpack: "none",
      mode: 0o755,
    },
  ]);
});

test.for([
  ["a.tar", "tar"],
  ["a.tar.gz", "tar"],
  ["a.TGZ", "tar"],
  ["a.tar.xz", "tar"],
  ["a.tar.bz2", "tar"],
  ["a.tbz", "tar"],
  ["a.tbz2", "tar"],
  ["a.bz2", "none"],
  ["a.txz?download=1", "tar"],
  ["a.tar.zst", "tar"],
  ["a.zip", "zip"],
  ["a.jar", "none"],
  ["a.gz", "none"],
  ["download/1", "none"],
] as const)("by its name, %s is of the kind %s", ([name, unpack]) => {
  expect(
    artifactsOf(`url: "https://a.example/${name}", sha256: "${sha256}", path: /x`),
  ).toMatchObject([{ unpack }]);
});

test("what kind it is can be said", () => {
  expect(artifactsOf(`${whole}, unpack: none`)).toMatchObject([{ unpack: "none", mode: 0o644 }]);
  expect(artifactsOf(`${whole}, unpack: zip, strip_components: 2`)).toMatchObject([
    { unpack: "zip", stripComponents: 2 },
  ]);
});

test("without a digest there is no artifact, and the hint says how to get one", () => {
  expect(screenOf(withArtifacts(`url: "https://a.example/x", path: /x`))).toMatchInlineSnapshot(`
    "
    stack.config.yaml:6:9 error: "images.app.artifacts[0]" lacks "sha256". [missing-key]

        6 |       - { url: "https://a.example/x", path: /x }
          |         ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
          hint: It is mandatory: \`curl -sL URL | sha256sum\` prints it.

    1 error
    "
  `);
});

test("a digest of another form is refused with the way to a right one", () => {
  expect(screenOf(withArtifacts(`url: "https://a.example/x", sha256: abc, path: /x`)))
    .toMatchInlineSnapshot(`
    "
    stack.config.yaml:6:47 error: "images.app.artifacts[0].sha256" must be 64 hexadecimal digits, as \`curl -sL URL | sha256sum\` prints them; it is "abc". [invalid-value]

        6 |       - { url: "https://a.example/x", sha256: abc, path: /x }
          |                                               ~~~

    1 error
    "
  `);
});

test("credentials in a URL are refused and shown nowhere", () => {
  const screen = screenOf(
    withArtifacts(`url: "https://me:hunter2@a.example/x", sha256: "${sha256}", path: /x`),
  );

  expect(screen).toMatchInlineSnapshot(`
    "
    stack.config.yaml:6:16 error: The URL of artifact "/x" of image "app" holds a user or a password. [invalid-value]

        6 | ...   - { url: "https://**********@a.example/x", sha256: "0123456789abcdef0123456789abcdef01234...
          |                ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
          hint: Take them out, since the URL is written into the lock; QCLOCK_ARTIFACT_MIRROR can name a server that asks for none.

    1 error
    "
  `);
  expect(screen).not.toMatch(/hunter2|me:/);
});

test("two artifacts of one image cannot have one path, however it is written", () => {
  expect(screenOf(withArtifacts(whole, whole.replace("/opt/tool", "/opt//tool/"))))
    .toMatchInlineSnapshot(`
    "
    stack.config.yaml:7:131 error: Two artifacts of image "app" have the path "/opt/tool". [duplicate-name]

        7 | ...256: "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", path: /opt//tool/ }
          |                                                                                   ~~~~~~~~~~~

          stack.config.yaml:6:131: first given here

        6 | ...ha256: "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", path: /opt/tool }
          |                                                                                     ~~~~~~~~~
          hint: Give each a path of its own.

    1 error
    "
  `);
});

test.for([
  ["another protocol", `url: "ftp://a.example/x", sha256: "${sha256}", path: /x`],
  ["no protocol", `url: "a.example/x", sha256: "${sha256}", path: /x`],
  ["no host", `url: "https:///x", sha256: "${sha256}", path: /x`],
  ["a host that is none", `url: "https://[x/", sha256: "${sha256}", path: /x`],
  ["a relative path", `url: "https://a.example/x", sha256: "${sha256}", path: x`],
  ["a path that climbs", `url: "https://a.example/x", sha256: "${sha256}", path: /a/../x`],
  ["a folder as the path of a file", `url: "https://a.example/x", sha256: "${sha256}", path: /x/`],
  ["a whiteout", `url: "https://a.example/x", sha256: "${sha256}", path: /etc/.wh.passwd`],
  ["a mode of an archive", `${whole}, mode: "0755"`],
  ["stripping what is not unpacked", `${whole}, unpack: none, strip_components: 1`],
  ["a setuid file that is not named as such", `${whole}, unpack: none, mode: "4755"`],
] as const)("%s is refused", ([, entry]) => {
  expect(codesOf(withArtifacts(entry))).toEqual(["invalid-value"]);
});

test("a setuid file that the image names may be one", () => {
  const text = `${withArtifacts(`${whole}, unpack: none, mode: "4755"`)}    setuid: [/opt/tool]\n`;

  expect(codesOf(text)).toEqual([]);
});
