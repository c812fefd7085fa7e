import { expect, test } from "vitest";
import type { ContainerRequest } from "../../../../src/docker/engine.ts";
import { podmanTmpfs } from "../../../../src/docker/podman/tmpfs.ts";
import { neverStarted } from "../../../../src/run/services/helper.ts";

function aRequest(options: string): ContainerRequest {
  return {
    ...neverStarted,
    name: "shop-web-1",
    image: "sha256:1",
    labels: new Map(),
    tmpfs: [{ target: "/run/app", options }],
  };
}

test.each(["10001:10001", "10001", "web", "web:web"])(
  "an owner that is the container's user, %s, is given as podman takes it",
  (user) => {
    const request = aRequest("rw,noexec,size=65536,mode=750,uid=10001,gid=10001");
    expect(podmanTmpfs(request, user)).toEqual([
      { target: "/run/app", options: "rw,noexec,size=65536,mode=750,U,notmpcopyup" },
    ]);
  },
);

test("root owns a path of which nobody says whose it is", () => {
  expect(podmanTmpfs(aRequest("rw,size=65536"), "")).toEqual([
    { target: "/run/app", options: "rw,size=65536,notmpcopyup" },
  ]);
});

test.each(["10002:10001", "10001:10002", ""])(
  "another owner than the user %j is refused, with the path",
  (user) => {
    expect(() => podmanTmpfs(aRequest("rw,uid=10001,gid=10001"), user)).toThrow(
      "Could not create container shop-web-1: podman gives the path in memory /run/app to no other owner than the container's user, and 10001:10001 was asked for.",
    );
  },
);
