import { expect, test } from "vitest";
import { Rig } from "../support/rig.ts";

const said = "The stack runs on debian-12, which is taken; --os says another.";

/** Nobody answers there. */
const environment = { QCLOCK_MIRROR_ORACLELINUX_9: "http://127.0.0.1:1/oracle" };

test("a stack that runs on its second system must be left on it until another one is named", async () => {
  await using rig = await Rig.create("tiny", { environment });
  await rig.edit("stack.config.yaml", (text) =>
    text
      .replace("os: [debian-12]", "os: [oraclelinux-9, debian-12]")
      .replace("debian-12: [busybox-static]", "oraclelinux-9: [bash], debian-12: [busybox-static]"),
  );
  // Nothing runs: the first is meant.
  const before = await rig.qclock(["plan"]);
  expect(before.stderr).not.toContain(said);
  expect(await rig.qclock(["build"])).toMatchObject({ exitCode: 4 });

  expect(await rig.qclock(["up", "--os", "debian-12"])).toMatchObject({ exitCode: 0 });
  const made = await rig.containerIds();
  for (const command of [["plan", "--detailed-exit-code"], ["build"], ["up"], ["verify"]]) {
    const ended = await rig.qclock(command);
    expect(ended).toMatchObject({ exitCode: 0 });
    expect(ended.stderr.split(said)).toHaveLength(2);
  }
  const once = await rig.qclock(["run", "--entrypoint", "/bin/busybox", "store", "echo", "hello"]);
  expect(once).toMatchObject({ exitCode: 0, stdout: "hello\n" });
  expect(await rig.containerIds()).toEqual(made);

  // Also while it is stopped.
  expect(await rig.qclock(["stop"])).toMatchObject({ exitCode: 0 });
  expect((await rig.qclock(["plan"])).stderr).toContain(said);

  // Named on the command line, in the environment or in the file of variables: no word.
  const first = await rig.qclock(["plan", "--os", "oraclelinux-9", "--detailed-exit-code"]);
  expect(first).toMatchObject({ exitCode: 7 });
  expect(first.stderr).not.toContain(said);
  await rig.write(".env", "QCLOCK_OS=debian-12\n");
  expect((await rig.qclock(["plan"])).stderr).not.toContain("The stack runs on");
  expect((await rig.qclock(["config", "--origin"])).stdout).toMatch(/^os +debian-12 +\.env:1$/mu);

  expect(await rig.qclock(["down"])).toMatchObject({ exitCode: 0 });
  await rig.write(".env", "");
  expect((await rig.qclock(["plan"])).stderr).not.toContain(said);
});
