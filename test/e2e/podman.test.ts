import { expect, test } from "vitest";
import * as z from "zod";
import { type OwnPodman, obstacleToOwnPodman, startOwnPodman } from "../support/own-podman.ts";
import { Rig, type RunOptions, type Ended } from "../support/rig.ts";

const obstacle = obstacleToOwnPodman();

/** Where a change is judged, podman has been installed, and its absence is a failure. */
const onCi = process.env["CI"] === "true";

const containersSchema = z.array(z.object({ Names: z.array(z.string()), Id: z.string() }));
const networksSchema = z.array(z.object({ Name: z.string() }));
const volumesSchema = z.object({ Volumes: z.array(z.object({ Name: z.string() })).nullish() });

/**
 * Names of everything that podman holds, but for its own network, which it calls as an Engine does.
 */
async function held(podman: OwnPodman): Promise<readonly string[]> {
  const containers = containersSchema.parse(await podman.get("/containers/json?all=1"));
  const networks = networksSchema.parse(await podman.get("/networks"));
  const volumes = volumesSchema.parse(await podman.get("/volumes")).Volumes ?? [];
  return [
    ...containers.flatMap(({ Names }) => Names),
    ...networks.map(({ Name }) => Name).filter((name) => name !== "bridge"),
    ...volumes.map(({ Name }) => Name),
  ].toSorted();
}

test.skipIf(obstacle !== undefined && !onCi)(
  "a stack is built, run, proved, changed and removed on podman as on an Engine",
  async () => {
    expect(obstacle).toBe(undefined);
    await using podman = await startOwnPodman();
    await using rig = await Rig.create("podman", { environment: { DOCKER_HOST: podman.url } });
    const qclock = async (args: readonly string[], options: RunOptions = {}): Promise<Ended> =>
      rig.qclock(args, { launcher: podman.inside, ...options });
    const name = (service: string): string => `/${rig.stack}-${service}-1`;

    // The mirror is reached from outside of podman's namespace alone.
    expect(await rig.qclock(["build"])).toMatchObject({
      exitCode: 0,
      stdout: `qclock.invalid/${rig.stack}/web:latest\n`,
    });
    expect(await qclock(["up"])).toMatchObject({
      exitCode: 0,
      stdout: `http://127.0.0.1:${rig.port}/\n`,
    });
    expect(await held(podman)).toEqual(
      expect.arrayContaining([name("front"), name("lonely"), name("store"), `${rig.stack}_data`]),
    );

    // Containers are compared with what podman says is in force.
    const before = containersSchema.parse(await podman.get("/containers/json"));
    const again = await qclock(["up"]);
    expect(again).toMatchObject({ exitCode: 0 });
    expect(again.stderr).toContain("nothing to do");
    expect(containersSchema.parse(await podman.get("/containers/json"))).toEqual(before);
    expect(await qclock(["plan", "--detailed-exit-code"])).toMatchObject({ exitCode: 0 });

    const shown = (await qclock(["ps"])).stdout;
    for (const service of ["front", "lonely", "store"])
      expect(shown).toMatch(new RegExp(`${service} +running`));
    expect(await qclock(["probe"])).toMatchObject({ exitCode: 0 });
    const verified = await qclock(["verify"]);
    expect(verified.stdout).not.toMatch(/✖/);
    expect(verified).toMatchObject({ exitCode: 0 });

    expect((await qclock(["logs", "store"])).stdout).toContain("started");
    expect((await qclock(["top", "front"])).stdout).toContain("httpd");
    const script =
      "cat /run/secrets/token | wc -c; id -u; stat -c %u:%a /run/app; touch /data/kept /run/app/x; exit 3";
    expect(await qclock(["exec", "store", "/bin/busybox", "sh", "-c", script])).toMatchObject({
      exitCode: 3,
      stdout: expect.stringMatching(/^\d\d\n10001\n10001:\d+\n$/),
    });
    // What is written to its input is all that a program gets.
    expect(
      await qclock(["run", "-T", "--entrypoint", "/bin/busybox", "lonely", "cat"], {
        input: "hello\n",
      }),
    ).toMatchObject({ exitCode: 0, stdout: "hello\n" });
    const events = await qclock(["events", "--since", "10m", "--until", "0s", "store"]);
    expect(events.stdout).toContain("container start");

    // Data and secrets outlive the containers.
    expect(await qclock(["down"])).toMatchObject({ exitCode: 0 });
    expect(await held(podman)).toEqual(
      [`${rig.stack}__secrets`, `${rig.stack}_data`, `${rig.stack}_store-secrets`].toSorted(),
    );
    expect(await qclock(["up", "store"])).toMatchObject({ exitCode: 0 });
    const kept = await qclock(["exec", "store", "/bin/busybox", "ls", "/data"]);
    expect(kept.stdout).toBe("kept\n");

    expect(await qclock(["reset", "--yes", "--images", "--purge-volumes"])).toMatchObject({
      exitCode: 0,
    });
    expect(await held(podman)).toEqual([]);
  },
);
