import { type Answer, type FakeEngine, json, startFakeEngine } from "./fake-engine.ts";

/** A fake Engine that says that it is podman, and answers as it is told to otherwise. */
export async function startFakePodman(
  routes: Readonly<Record<string, Answer>> = {},
): Promise<FakeEngine> {
  return await startFakeEngine({
    routes: {
      "GET /info": json({
        ID: "fake",
        ServerVersion: "4.3.1",
        BuildahVersion: "1.28.2",
        Driver: "overlay",
        LoggingDriver: "",
      }),
      "GET /libpod/info": json({
        host: { logDriver: "k8s-file", cgroupControllers: ["cpu", "memory", "pids"] },
      }),
      ...routes,
    },
  });
}
