import { expect, test } from "vitest";
import {
  isMounted,
  programsOfImage,
  programsOfServices,
} from "../../../src/image/started-programs.ts";
import type { AssembledImage, Service } from "../../../src/stack/stack.ts";
import { aProbe } from "../../support/a-probe.ts";
import { aService } from "../../support/a-service.ts";
import { anAssembledImage } from "../../support/a-subject.ts";
import { aStack } from "../../support/builders.ts";

function anImage(config: Partial<AssembledImage["config"]>, parent?: string): AssembledImage {
  const name = parent === undefined ? "base" : "app";
  const image = anAssembledImage(name, parent === undefined ? {} : { parent });
  return { ...image, config: { ...image.config, ...config } };
}

/** Who starts which paths of an image over a base. */
function startedIn(
  base: Partial<AssembledImage["config"]>,
  own: Partial<AssembledImage["config"]>,
  service: Partial<Service> = {},
): readonly string[] {
  const images = [anImage(base), anImage(own, "base")];
  const stack = aStack({ images, services: [aService({ name: "web", image: "app", ...service })] });
  const [, app] = images;
  if (app === undefined) return [];
  return [...programsOfImage(stack, app), ...programsOfServices(stack, app)].map(
    ({ owner, candidates }) => `${owner}: ${candidates.join(" ")}`,
  );
}

const path = { environment: new Map([["PATH", "/usr/bin:/bin"]]) };

test("an image starts its own entrypoint, else its own command; what it inherits is its parent's", () => {
  expect(startedIn({}, { entrypoint: ["/a"], command: ["/b"] })).toEqual(['image "app": a']);
  expect(startedIn({}, { command: ["/b"] })).toEqual(['image "app": b']);
  expect(startedIn({ entrypoint: ["/a"] }, { command: ["/b"] })).toEqual([]);
  expect(startedIn({ entrypoint: ["/a"] }, { entrypoint: [], command: ["/b"] })).toEqual([
    'image "app": b',
  ]);
});

test("a name is looked for in the folders of PATH, and a path begins at the working folder", () => {
  expect(startedIn(path, { command: ["tool"] })).toEqual(['image "app": usr/bin/tool bin/tool']);
  expect(startedIn({ workingDirectory: "/srv" }, { command: ["./tool"] })).toEqual([
    'image "app": srv/tool',
  ]);
  const service = { environment: new Map([["PATH", "/opt"]]), entrypoint: ["tool"] };
  expect(startedIn(path, {}, service)).toEqual(['service "web": opt/tool']);
});

test("a service starts its own program, and the command is one only where there is no entrypoint", () => {
  const command = { command: ["/c"] };
  expect(startedIn({}, {}, command)).toEqual(['service "web": c']);
  expect(startedIn({ entrypoint: ["/a"] }, {}, command)).toEqual([]);
  expect(startedIn({ entrypoint: ["/a"] }, {}, { entrypoint: [], ...command })).toEqual([
    'service "web": c',
  ]);
  const probes = [
    aProbe({ type: "exec", command: ["/p"] }),
    aProbe({ type: "tcp_socket", port: 1 }),
  ];
  expect(startedIn({}, {}, { probes })).toEqual(['probe "exec" of service "web": p']);
});

test("a mount lies over what is in it, and over what may be found before", () => {
  const program = {
    program: "/usr/bin/tool",
    candidates: ["usr/bin/tool"],
    folders: ["usr/bin"],
    owner: "",
    place: "",
    mounts: ["/usr/bin/data"],
  };
  expect(isMounted(program, "usr/bin/tool")).toBe(false);
  expect(isMounted(program, "usr/bin/data/tool")).toBe(true);
  expect(isMounted({ ...program, program: "tool" }, "usr/bin/tool")).toBe(true);
  expect(isMounted({ ...program, mounts: ["/usr"] }, "usr/bin/tool")).toBe(true);
});
