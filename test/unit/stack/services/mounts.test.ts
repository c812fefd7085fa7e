import { expect, test } from "vitest";
import { problemsOf as problemsOfText, stackOf } from "../../../support/read-manifest.ts";

const manifest = (service: string): string => `name: s
images: { app: { from: scratch, packages: { debian-12: [bash] }, user: "10001:10001" } }
volumes: { data: }
services:
  app: { image: app, ${service} }
`;
const reasons = (...targets: readonly string[]): string =>
  `policy: { bind_mounts: { ${targets.map((target) => `${target}: it is edited there`).join(", ")} } }`;

function problemsOf(service: string, files: readonly string[] = []): readonly string[] {
  return problemsOfText(manifest(service), { files });
}

test("a path of the project that is mounted has to be there", () => {
  const service = `volumes: ["./conf:/conf:ro"], ${reasons("/conf")}`;
  expect(problemsOf(service, ["conf/"])).toEqual([]);
  expect(problemsOf(service, ["conf"])).toEqual([]);
  expect(problemsOf(service, ["other/"])).toEqual([
    'missing-file: "./conf" does not exist on this machine.',
  ]);
});

test("a path elsewhere is on the Engine's machine, and is not looked for here", () => {
  expect(problemsOf(`volumes: ["/srv/none:/srv"], ${reasons("/srv")}`)).toEqual([]);
});

test("a path of the host needs a reason for its own target, a volume does not", () => {
  const service = 'volumes: ["./conf:/conf", "data:/data"]';
  expect(problemsOf(service, ["conf/"])).toEqual([
    'exception-without-reason: Service "app" mounts "./conf" of the host without a reason.',
  ]);
  expect(problemsOf(`${service}, ${reasons("/data")}`, ["conf/"])).not.toEqual([]);
});

test("what would be a folder named ~ is refused", () => {
  expect(problemsOf(`volumes: ["~/conf:/conf"], ${reasons("/conf")}`, ["~/conf/"])).toEqual([
    'invalid-value: "~/conf" would be a folder named "~": nothing is expanded.',
  ]);
});

test("two things on one target are refused, also a tmpfs and with a slash at the end", () => {
  const twice = 'duplicate-name: Service "app" mounts two things on /data.';
  expect(problemsOf('volumes: ["data:/data", "data:/data/"]')).toEqual([twice]);
  expect(problemsOf('volumes: ["data:/data"], tmpfs: [/data/]')).toEqual([twice]);
  expect(problemsOf('volumes: ["data:/data", "data:/data2"]')).toEqual([]);
});

test("mounts come in the order of the manifest, with what they say", () => {
  const service = `volumes: ["data:/data:ro", "./conf:/conf"], ${reasons("/conf")}`;
  const stack = stackOf(manifest(service), { files: ["conf/"] });
  expect(stack.services.get("app")?.mounts).toEqual([
    { type: "volume", volume: "data", target: "/data", readOnly: true },
    { type: "bind", source: "/project/conf", target: "/conf", readOnly: false },
  ]);
});
