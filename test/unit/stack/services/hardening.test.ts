import { describe, expect, test } from "vitest";
import type { Service } from "../../../../src/stack/stack.ts";
import { problemsOf, readText, stackOf } from "../../../support/read-manifest.ts";

const images = 'images: { app: { from: scratch, user: "10001:10001" }, bare: { from: scratch } }\n';
const why = "it has to be so";

const textOf = (service: string): string => `name: s\n${images}services: { app: { ${service} } }\n`;

function serviceOf(service: string): Service {
  const found = stackOf(textOf(service)).services.get("app");
  if (found === undefined) throw new Error("no service");
  return found;
}

function hintsOf(text: string): readonly (string | undefined)[] {
  const read = readText(text);
  return read.ok ? [] : read.error.map(({ hint }) => hint);
}

describe("who runs a service", () => {
  const root = 'exception-without-reason: Service "app" runs as root without a reason.';

  test.each([
    ["a user of its own", 'image: bare, user: "10001:10001"', []],
    ["the image's user", "image: app", []],
    ["no user at all, which is root", "image: bare", [root]],
    ["root over the image's user", "image: app, user: root", [root]],
  ])("%s", (_, service, problems) => {
    expect(problemsOf(textOf(service))).toEqual(problems);
  });

  test("an image has the user of the one below, and what is not made of packages is not known", () => {
    const text = (from: string): string =>
      `name: s
images:
  base: { from: scratch, user: "1:1" }
  none: { from: scratch }
  built: { image: "registry.example/x@sha256:${"1".repeat(64)}" }
  top: { from: ${from} }
  over: { from: none, user: "2:2" }
services: { app: { image: top } }
`;
    expect(problemsOf(text("base"))).toEqual([]);
    expect(problemsOf(text("over"))).toEqual([]);
    expect(problemsOf(text("built"))).toEqual([]);
    expect(problemsOf(text("none"))).toEqual([root]);
  });

  test("the place is the user where one is written, else the image", () => {
    const columnOf = (service: string): number | undefined => {
      const read = readText(textOf(service));
      return read.ok ? undefined : read.error[0]?.location.column;
    };
    const before = "services: { app: { image: ".length + 1;
    expect(columnOf("image: bare")).toBe(before);
    expect(columnOf("image: app, user: root")).toBe(before + "app, user: ".length);
  });
});

describe("capabilities", () => {
  const asRoot = (capability: string, reasons: string): string =>
    textOf(
      `image: app, user: root, cap_add: [${capability}], policy: { allow_root: ${why}, ${reasons} }`,
    );

  test.each([
    ["CAP_SYS_ADMIN", 'Did you mean "SYS_ADMIN"?'],
    ["NET_ADMN", 'Did you mean "NET_ADMIN"?'],
    ["ALL", "Name each one that is needed, such as NET_BIND_SERVICE."],
  ])("%s is no single one", (written, hint) => {
    const text = asRoot(written, `capabilities: { ${written}: ${why} }`);
    expect(problemsOf(text)).toEqual([`invalid-value: "${written}" is not a single capability.`]);
    expect(hintsOf(text)).toEqual([hint]);
  });

  test("each has a reason of its own", () => {
    const problem = (name: string): string =>
      `exception-without-reason: Service "app" adds the capability ${name} without a reason.`;
    const two = "CHOWN, KILL";
    expect(problemsOf(asRoot(two, "capabilities: {}"))).toEqual([
      problem("CHOWN"),
      problem("KILL"),
    ]);
    expect(problemsOf(asRoot(two, `capabilities: { CHOWN: ${why} }`))).toEqual([problem("KILL")]);
    expect(problemsOf(asRoot(two, `capabilities: { CHOWN: ${why}, KILL: ${why} }`))).toEqual([]);
  });

  test("what no user gets is told once, and not asked for a reason as well", () => {
    const text = textOf("image: app, cap_add: [NET_BIND_SERVICE, SYS_TIME]");
    expect(problemsOf(text)).toEqual(
      ["NET_BIND_SERVICE", "SYS_TIME"].map(
        (name) =>
          `capability-without-effect: Service "app" never gets ${name}: it runs as 10001:10001, and capabilities are given to root.`,
      ),
    );
    expect(hintsOf(text)).toEqual([
      "Leave it out: every user of a container may use ports below 1024.",
      "Leave it out, or run the service as root and say why.",
    ]);
  });

  test("of an image whose user is not known, they may have an effect", () => {
    const text = `name: s\nimages: { built: { image: "registry.example/x@sha256:${"1".repeat(64)}" } }\nservices: { app: { image: built, cap_add: [KILL], policy: { capabilities: { KILL: ${why} } } } }\n`;
    expect(problemsOf(text)).toEqual([]);
  });

  test.each([
    ["[ALL]", []],
    ["[ALL, CHOWN]", []],
    ["[CHOWN]", ["invalid-value: All capabilities are dropped; `cap_drop` can only say ALL."]],
  ])("cap_drop: %s", (written, problems) => {
    expect(problemsOf(textOf(`image: app, cap_drop: ${written}`))).toEqual(problems);
  });
});

test.each([
  ["no-new-privileges", true],
  ["no-new-privileges:true", true],
  ["no-new-privileges:false", false],
  ["seccomp:unconfined", false],
  ["apparmor:unconfined", false],
  ["x-no-new-privileges", false],
])("security_opt %s is allowed: %s", (option, isAllowed) => {
  expect(problemsOf(textOf(`image: app, security_opt: ["${option}"]`))).toEqual(
    isAllowed
      ? []
      : [
          `invalid-value: "${option}" is not allowed: only no-new-privileges:true, which is the default.`,
        ],
  );
});

test.each([
  ["allow_root", "root", { allowRoot: true }],
  ["new_privileges", "new-privileges", { noNewPrivileges: false }],
  ["outbound", "outbound", {}],
  ["host", "host", {}],
  ["engine_socket", "engine-socket", {}],
  ["public_ports", "public-ports", {}],
  ["logging", "logging", {}],
  ["restart", "unbounded-restart", {}],
])(
  "a reason under policy.%s is the exception %s and changes nothing else",
  (key, rule, changed) => {
    const { exceptions, hardening } = serviceOf(`image: app, policy: { ${key}: ${why} }`);
    expect(exceptions).toEqual([{ rule, reason: why }]);
    expect(hardening).toEqual({ ...serviceOf("image: app").hardening, ...changed });
  },
);

test("a writable root is an exception where it is asked for", () => {
  const { exceptions, hardening } = serviceOf(
    `image: app, read_only: false, policy: { writable_root: ${why} }`,
  );
  expect(exceptions).toEqual([{ rule: "writable-root", reason: why }]);
  expect(hardening.readOnlyRoot).toBe(false);
  expect(serviceOf(`image: app, policy: { writable_root: ${why} }`).exceptions).toEqual([]);
});

test("exceptions name the paths and the capabilities that they are about", () => {
  const { exceptions, hardening } = serviceOf(
    `image: app, user: root, cap_add: [KILL], init: false, volumes: ["./conf:/conf"], tmpfs: ["/run:exec"], policy: { allow_root: ${why}, capabilities: { KILL: ${why} }, bind_mounts: { /conf: ${why} }, tmpfs_exec: { /run: ${why} } }`,
  );
  expect(exceptions.map(({ rule }) => rule)).toEqual([
    "root",
    "capability:KILL",
    "bind-mount:/conf",
    "tmpfs-exec:/run",
  ]);
  expect(hardening).toMatchObject({ addCapabilities: ["KILL"], init: false, allowRoot: true });
});

describe("restart", () => {
  test.each([
    ['restart: "no"', { type: "no" }],
    ["restart: false", { type: "no" }],
    ["restart: on-failure", { type: "on-failure", maximumRetries: 5 }],
    ["restart: on-failure:9", { type: "on-failure", maximumRetries: 9 }],
    [`restart: always, policy: { restart: ${why} }`, { type: "always" }],
    [`restart: unless-stopped, policy: { restart: ${why} }`, { type: "unless-stopped" }],
    // A job that fails is looked at.
    ["job: true, restart: always", { type: "no" }],
  ])("%s", (written, expected) => {
    expect(serviceOf(`image: app, ${written}`).restart).toEqual(expected);
  });

  test.each(["always", "unless-stopped"])("%s needs a reason", (written) => {
    expect(problemsOf(textOf(`image: app, restart: ${written}`))).toEqual([
      'exception-without-reason: Service "app" restarts without a bound and gives no reason.',
    ]);
  });
});
