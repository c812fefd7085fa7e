import { expect, test } from "vitest";
import { imageChecks } from "../../../src/verify/groups/images.ts";
import type { Verdict } from "../../../src/verify/check.ts";
import type { ImageFile, ImageFiles } from "../../../src/verify/images/image-files.ts";
import type { ImageSubject } from "../../../src/verify/subject.ts";
import { aService } from "../../support/a-service.ts";
import { anAssembledImage, anImageSubject, someFiles } from "../../support/a-subject.ts";

function run(id: string, subject: ImageSubject): Verdict {
  const check = imageChecks.find((each) => each.id === id);
  if (check === undefined) throw new Error(`no check ${id}`);
  return check.run(subject);
}

test.each(imageChecks.map(({ id, title }) => [id, title]))(
  "%s (%s) passes for an image as qclock makes it",
  (id) => {
    expect(run(id, anImageSubject())).toMatchObject({ status: "passed" });
  },
);

/** The good image's files and one more. */
function withFile(file: Partial<ImageFile> & { readonly path: string }): ImageFiles {
  const good = anImageSubject().files;
  const more = someFiles([file]);
  return { ...good, entries: new Map([...good.entries, ...more.entries]) };
}

function withTexts(texts: Readonly<Record<string, string>>): ImageFiles {
  const good = anImageSubject().files;
  const all = { ...Object.fromEntries(good.texts), ...texts };
  return { ...someFiles([], all), entries: good.entries };
}

const broken: readonly (readonly [
  id: string,
  what: string,
  subject: ImageSubject,
  evidence: RegExp,
])[] = [
  ["IMG-001", "no user", anImageSubject({ details: { user: "" } }), /no user is set/],
  ["IMG-001", "root by number", anImageSubject({ details: { user: "0:0" } }), /user is 0:0/],
  [
    "IMG-001",
    "a user by name",
    anImageSubject({ details: { user: "www-data" } }),
    /a name whose number/,
  ],
  [
    "IMG-002",
    "a user without an account",
    anImageSubject({ details: { user: "777" } }),
    /777 is not in \/etc\/passwd/,
  ],
  [
    "IMG-003",
    "no probe",
    anImageSubject({ services: [aService({ name: "app" })] }),
    /app has no probe/,
  ],
  [
    "IMG-004",
    "a password in its environment",
    anImageSubject({ details: { environment: ["DB_PASSWORD=x"] } }),
    /DB_PASSWORD/,
  ],
  [
    "IMG-005",
    "a password in its history",
    anImageSubject({ history: [{ createdBy: "RUN |1 TOKEN=abcdef make", sizeBytes: 0 }] }),
    /step 1: TOKEN/,
  ],
  [
    "IMG-005",
    "a known value in a label",
    anImageSubject({
      details: { labels: new Map([["x", "s3cr3t-value"]]) },
      secretValues: ["s3cr3t-value"],
    }),
    /label x/,
  ],
  [
    "IMG-006",
    "a private key",
    anImageSubject({ files: withFile({ path: "etc/x.pem", head: { type: "private-key" } }) }),
    /\/etc\/x\.pem is a private key/,
  ],
  [
    "IMG-006",
    "a file of credentials",
    anImageSubject({ files: withFile({ path: "srv/app/.env" }) }),
    /\/srv\/app\/\.env/,
  ],
  [
    "IMG-007",
    "a setuid program",
    anImageSubject({ files: withFile({ path: "usr/bin/su", mode: 0o4755 }) }),
    /\/usr\/bin\/su is setuid \(4755\)/,
  ],
  [
    "IMG-007",
    "a setgid program",
    anImageSubject({ files: withFile({ path: "usr/bin/wall", mode: 0o2755 }) }),
    /setgid/,
  ],
  [
    "IMG-008",
    "a folder that anyone can write",
    anImageSubject({ files: withFile({ path: "srv", type: "directory", mode: 0o777 }) }),
    /\/srv has mode 777/,
  ],
  [
    "IMG-009",
    "an empty password",
    anImageSubject({ files: withTexts({ "etc/shadow": "root::1::::::\n" }) }),
    /root can log in/,
  ],
  [
    "IMG-010",
    "a number given twice",
    anImageSubject({ files: withTexts({ "etc/passwd": "a:x:5:5::/:/x\nb:x:5:5::/:/x\n" }) }),
    /5 is a and b/,
  ],
  [
    "IMG-011",
    "sshd",
    anImageSubject({ files: withFile({ path: "usr/sbin/sshd", mode: 0o755 }) }),
    /\/usr\/sbin\/sshd/,
  ],
  ["IMG-011", "port 22", anImageSubject({ details: { exposedPorts: ["22/tcp"] } }), /port 22/],
  ["IMG-012", "sudo", anImageSubject({ files: withFile({ path: "usr/bin/sudo" }) }), /sudo/],
  [
    "IMG-013",
    "a package cache",
    anImageSubject({ files: withFile({ path: "var/cache/apt/archives/x.deb" }) }),
    /is a cache/,
  ],
  [
    "IMG-015",
    "a shell line",
    anImageSubject({ details: { entrypoint: ["/bin/sh", "-c", "app"] } }),
    /goes through a shell/,
  ],
  [
    "IMG-016",
    "a program that is missing",
    anImageSubject({ details: { entrypoint: ["/usr/bin/nope"] } }),
    /nope is not in the image/,
  ],
  [
    "IMG-016",
    "a program that is not executable",
    anImageSubject({ files: withFile({ path: "usr/bin/app", mode: 0o644 }) }),
    /cannot be executed by user 10001/,
  ],
  [
    "IMG-016",
    "a program for another machine",
    anImageSubject({ details: { entrypoint: ["bash"], architecture: "arm64" } }),
    /for amd64, the image for arm64/,
  ],
  [
    "IMG-016",
    "a script with CR LF",
    anImageSubject({
      files: withFile({
        path: "usr/bin/app",
        mode: 0o755,
        head: { type: "script", interpreter: "/bin/bash\r" },
      }),
    }),
    /CR LF/,
  ],
  [
    "IMG-016",
    "a script without its interpreter",
    anImageSubject({
      files: withFile({
        path: "usr/bin/app",
        mode: 0o755,
        head: { type: "script", interpreter: "/usr/bin/python3 -u" },
      }),
    }),
    /interpreter \/usr\/bin\/python3/,
  ],
  [
    "IMG-017",
    "a working directory that is missing",
    anImageSubject({ config: { workingDirectory: "/srv", volumes: [], hasHealthcheck: false } }),
    /\/srv is not in the image/,
  ],
  [
    "IMG-017",
    "the kernel's folder",
    anImageSubject({
      config: { workingDirectory: "/proc/self/fd/8", volumes: [], hasHealthcheck: false },
    }),
    /belongs to the kernel/,
  ],
  [
    "IMG-018",
    "a port that is not exposed",
    anImageSubject({
      services: [
        aService({
          name: "app",
          ports: [{ hostAddress: "127.0.0.1", hostPort: 1, containerPort: 99, protocol: "tcp" }],
        }),
      ],
    }),
    /publishes 99\/tcp/,
  ],
  [
    "IMG-019",
    "a volume over /etc",
    anImageSubject({ config: { workingDirectory: "", volumes: ["/etc"], hasHealthcheck: false } }),
    /volume at \/etc/,
  ],
  [
    "IMG-022",
    "another base",
    anImageSubject({ parent: { name: "base", diffIds: ["sha256:9"] } }),
    /layer 1 is sha256:1, in base it is sha256:9/,
  ],
  [
    "IMG-022",
    "a base that is gone",
    anImageSubject({ parent: { name: "base", diffIds: undefined } }),
    /base is not in the Engine/,
  ],
  ["IMG-023", "other inputs", anImageSubject({ fingerprint: "sha256:e" }), /inputs have changed/],
  [
    "IMG-023",
    "no fingerprint",
    anImageSubject({ details: { labels: new Map() } }),
    /no fingerprint/,
  ],
  [
    "IMG-030",
    "another image under its name",
    anImageSubject({ details: { id: "sha256:theirs", identity: "sha256:theirs" } }),
    /it is sha256:theirs, qclock built sha256:app/,
  ],
  [
    "IMG-030",
    "an image that nothing records",
    anImageSubject({ recorded: new Set() }),
    /nothing on this machine records/,
  ],
  [
    "IMG-027",
    "another version",
    anImageSubject({
      files: withTexts({
        "var/lib/dpkg/status":
          "Package: bash\nStatus: install ok installed\nArchitecture: amd64\nVersion: 5.1\n",
      }),
    }),
    /locked at 5\.2, the database has 5\.1/,
  ],
  [
    "IMG-027",
    "a package that nobody locked",
    anImageSubject({
      files: withTexts({
        "var/lib/dpkg/status":
          "Package: bash\nStatus: install ok installed\nArchitecture: amd64\nVersion: 5.2\n\nPackage: nc\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1\n",
      }),
    }),
    /nc:amd64 is in the database and not in the lock/,
  ],
  [
    "IMG-027",
    "no database",
    anImageSubject({ files: someFiles([]) }),
    /no \/var\/lib\/dpkg\/status/,
  ],
  [
    "IMG-029",
    "a package that nothing proves",
    anImageSubject({
      locked: anImageSubject().locked?.map((entry) => ({ ...entry, unsigned: true })),
    }),
    /nothing proves bash 5\.2/,
  ],
  [
    "IMG-031",
    "a script that was undone",
    anImageSubject({
      leftScripts: [
        {
          package: "bash",
          script: "postinst",
          reason: "it ended with status 1",
          effects: [{ grade: "missing", text: "the link /bin/x" }],
        },
      ],
    }),
    /the postinst of bash was undone/,
  ],
  [
    "IMG-032",
    "a layer of scripts that were run",
    anImageSubject({ runLayers: ["texlive-base"] }),
    /a layer was made by running scripts of texlive-base/,
  ],
  [
    "IMG-033",
    "a program without its library",
    anImageSubject({
      unmetNeeds: [{ path: "usr/bin/tool", kind: "library", needs: "libx.so.1" }],
    }),
    /\/usr\/bin\/tool lacks libx\.so\.1/,
  ],
];

test.each(broken)("%s fails for %s", (id, _what, subject, evidence) => {
  const verdict = run(id, subject);
  expect(verdict.status).toBe("failed");
  expect(verdict.status === "failed" ? verdict.evidence.join("\n") : "").toMatch(evidence);
});

test("every rule has been seen to fail", () => {
  expect(new Set(broken.map(([id]) => id))).toEqual(new Set(imageChecks.map(({ id }) => id)));
});

test.each([
  [
    "IMG-001",
    "an image that only others stand on",
    anImageSubject({ services: [], details: { user: "", entrypoint: [] } }),
    "passed",
  ],
  [
    "IMG-004",
    "a secret handed over as a file",
    anImageSubject({ details: { environment: ["DB_PASSWORD_FILE=/run/secrets/db"] } }),
    "passed",
  ],
  [
    "IMG-007",
    "a setuid program that the manifest names",
    anImageSubject({
      setuid: ["/usr/bin/su"],
      files: withFile({ path: "usr/bin/su", mode: 0o4755 }),
    }),
    "passed",
  ],
  [
    "IMG-007",
    "a setgid folder",
    anImageSubject({ files: withFile({ path: "var/mail", type: "directory", mode: 0o2775 }) }),
    "passed",
  ],
  [
    "IMG-016",
    "a program found by PATH through a link",
    anImageSubject({ details: { entrypoint: ["bash"], environment: ["PATH=/bin"] } }),
    "passed",
  ],
  [
    "IMG-022",
    "an image that stands on nothing",
    anImageSubject({ parent: undefined, image: anAssembledImage("base") }),
    "passed",
  ],
  [
    "IMG-023",
    "an image whose inputs are unknown",
    anImageSubject({ fingerprint: undefined }),
    "skipped",
  ],
  [
    "IMG-030",
    "an image that is recorded under its manifest's id",
    anImageSubject({ details: { identity: "sha256:other" } }),
    "passed",
  ],
  [
    "IMG-027",
    "an image that qclock did not assemble",
    anImageSubject({ locked: undefined }),
    "skipped",
  ],
] as const)("%s: %s", (id, _what, subject, status) => {
  expect(run(id, subject).status).toBe(status);
});

test("a report of very many files stays readable", () => {
  const files = someFiles(
    Array.from({ length: 50 }, (_, index) => ({ path: `srv/${index}`, mode: 0o666 })),
  );
  const verdict = run("IMG-008", anImageSubject({ files }));
  expect(verdict.status === "failed" ? verdict.evidence : []).toHaveLength(11);
  expect(verdict).toMatchObject({ evidence: expect.arrayContaining(["and 40 more"]) });
});
