import { expect, test } from "vitest";
import type { Verdict } from "../../../../src/verify/check.ts";
import { imageConfigChecks } from "../../../../src/verify/checks/image-config.ts";
import type { ImageSubject } from "../../../../src/verify/subject.ts";
import { aService } from "../../../support/a-service.ts";
import { anImageSubject, someFiles } from "../../../support/a-subject.ts";
import { fine, found } from "../../../support/verdicts.ts";

const ofUsers = "Set `user` in the manifest.";

function configured(parts: Partial<ImageSubject["config"]>): Pick<ImageSubject, "config"> {
  return { config: { workingDirectory: "", volumes: [], hasHealthcheck: false, ...parts } };
}

test.each<readonly [id: string, what: string, subject: ImageSubject, verdict: Verdict]>([
  [
    "IMG-001",
    "root by name",
    anImageSubject({ details: { user: "root:5" } }),
    { ...found("the user is root:5"), hint: ofUsers },
  ],
  [
    "IMG-001",
    "root by a number that is written another way",
    anImageSubject({ details: { user: "00:7" } }),
    { ...found("the user is 00:7"), hint: ofUsers },
  ],
  [
    "IMG-001",
    "a group alone",
    anImageSubject({ details: { user: ":7" } }),
    { ...found("the user is :7"), hint: ofUsers },
  ],
  [
    "IMG-001",
    "no user, of an image that starts nothing but for its services",
    anImageSubject({ details: { user: "", entrypoint: [] } }),
    { ...found("no user is set, which means root"), hint: ofUsers },
  ],
  [
    "IMG-001",
    "no user, of an image whose services all say why they are root",
    anImageSubject({
      details: { user: "" },
      services: [
        aService({ name: "one", exceptions: [{ rule: "root", reason: "as before" }] }),
        aService({ name: "other", exceptions: [{ rule: "root", reason: "as before" }] }),
      ],
    }),
    {
      status: "allowed",
      reason: "as before",
      evidence: ["no user is set, which means root"],
    },
  ],
  [
    "IMG-001",
    "no user, of an image with a service that does not say why it is root",
    anImageSubject({
      details: { user: "" },
      services: [
        aService({ name: "one", exceptions: [{ rule: "root", reason: "as before" }] }),
        aService({ name: "other" }),
      ],
    }),
    { ...found("no user is set, which means root"), hint: ofUsers },
  ],
  [
    "IMG-001",
    "no user, of an image that starts something without services",
    anImageSubject({ details: { user: "" }, services: [] }),
    { ...found("no user is set, which means root"), hint: ofUsers },
  ],
  [
    "IMG-001",
    "no user, of an image that only others stand on",
    anImageSubject({ details: { user: "", entrypoint: [] }, services: [] }),
    { status: "passed", note: "starts nothing: only other images stand on it" },
  ],
  [
    "IMG-001",
    "a user by name",
    anImageSubject({ details: { user: "www-data:33" } }),
    found('the user is "www-data", a name whose number the Engine cannot know'),
  ],
  [
    "IMG-003",
    "an image that no service is made from",
    anImageSubject({ services: [] }),
    { status: "passed", note: "no service is made from it" },
  ],
  [
    "IMG-003",
    "a healthcheck in place of a probe",
    anImageSubject({
      ...configured({ hasHealthcheck: true }),
      services: [aService({ name: "a" })],
    }),
    fine,
  ],
  [
    "IMG-003",
    "a service without a probe beside a job and one with a probe",
    anImageSubject({
      services: [
        aService({ name: "a" }),
        aService({ name: "b", job: true }),
        aService({ name: "c", httpProbe: 80 }),
      ],
    }),
    {
      ...found("service a has no probe"),
      hint: "Give the service a probe, such as tcp_socket.",
    },
  ],
  [
    "IMG-005",
    "the steps of its history, the last of which comes first",
    anImageSubject({
      history: [
        { createdBy: "ENV PASSWORD=hunter2", sizeBytes: 0 },
        { createdBy: "RUN make", sizeBytes: 0 },
        { createdBy: "RUN API_KEY='a b' make TOKEN=x", sizeBytes: 0 },
      ],
    }),
    found(
      "step 3: PASSWORD looks like a secret",
      "step 1: API_KEY looks like a secret",
      "step 1: TOKEN looks like a secret",
    ),
  ],
  [
    "IMG-015",
    "a shell line as entrypoint, and one as command",
    anImageSubject({
      details: { entrypoint: ["bash", "-c", "a"], command: ["/bin/dash", "-c", "b"] },
    }),
    found(
      "bash -c a goes through a shell, which signals do not pass",
      "/bin/dash -c b goes through a shell, which signals do not pass",
    ),
  ],
  [
    "IMG-015",
    "a shell's script, and another program's -c",
    anImageSubject({ details: { entrypoint: ["/bin/sh", "run"], command: ["fish", "-c"] } }),
    fine,
  ],
  [
    "IMG-017",
    "the root",
    anImageSubject(configured({ workingDirectory: "/" })),
    { status: "passed", note: "not set, which means /" },
  ],
  [
    "IMG-017",
    "no absolute path",
    anImageSubject(configured({ workingDirectory: "srv" })),
    found("srv is not absolute"),
  ],
  [
    "IMG-017",
    "a file",
    anImageSubject({
      ...configured({ workingDirectory: "/a" }),
      files: someFiles([{ path: "a" }]),
    }),
    found("/a is not in the image"),
  ],
  [
    "IMG-017",
    "a folder by a link",
    anImageSubject({
      ...configured({ workingDirectory: "/a" }),
      files: someFiles([
        { path: "a", type: "symlink", linkTarget: "b" },
        { path: "b", type: "directory" },
      ]),
    }),
    fine,
  ],
  [
    "IMG-018",
    "ports of either protocol",
    anImageSubject({
      details: { exposedPorts: ["53/tcp"] },
      services: [
        aService({
          name: "dns",
          ports: (["tcp", "udp"] as const).map((protocol) => ({
            hostAddress: "127.0.0.1",
            hostPort: 53,
            containerPort: 53,
            protocol,
          })),
        }),
      ],
    }),
    {
      ...found("service dns publishes 53/udp, which the image does not expose"),
      hint: "Name the port under `expose` of the image.",
    },
  ],
  [
    "IMG-019",
    "volumes over and below a system folder",
    anImageSubject(configured({ volumes: ["/var", "/var/lib/app", "/"] })),
    found("a volume at /var", "a volume at /"),
  ],
])("%s of %s", (id, _what, subject, verdict) => {
  expect(imageConfigChecks.find((check) => check.id === id)?.run(subject)).toEqual(verdict);
});
