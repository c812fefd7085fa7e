import { expect, test } from "vitest";
import type { ContainerState } from "../../../../src/docker/engine.ts";
import { describeState, explainExitCode } from "../../../../src/run/services/container-words.ts";
import { aService } from "../../../support/a-service.ts";
import { aContainerState } from "../../../support/a-subject.ts";

const service = aService({ name: "app" });

test.each<readonly [Partial<ContainerState>, number | undefined, string]>([
  [{ status: "running" }, undefined, "running"],
  [{ status: "running" }, 3, "running"],
  [{ status: "running", restartCount: 1 }, undefined, "running, restarted once"],
  [
    { status: "running", restartCount: 2, exitCode: 0 },
    3,
    "running, restarted 2 times, ended before with exit code 3",
  ],
  [
    { status: "restarting", restartCount: 2, exitCode: 1 },
    undefined,
    "restarting, exit code 1, restarted 2 times",
  ],
  [{ status: "restarting", exitCode: 0 }, 1, "restarting, exit code 1"],
  [
    { status: "exited", exitCode: 127, error: "no such file" },
    undefined,
    "exited, exit code 127 (the entrypoint or its interpreter is not in the image) (no such file)",
  ],
  [{ status: "dead", exitCode: 1 }, undefined, "dead, exit code 1"],
  [
    { status: "created", error: "port is taken" },
    undefined,
    "created, never started (port is taken)",
  ],
  [{ status: "paused", exitCode: 0 }, undefined, "paused"],
  [{ status: "removing", error: "busy" }, undefined, "removing (busy)"],
])("a container in the state %o, which last ended with %o", (state, lastExitCode, words) => {
  expect(describeState(aContainerState(state), service, lastExitCode)).toBe(words);
});

test("an exit code is told with what it means", () => {
  const meanings = [0, 1, 125, 126, 127, 134, 137, 139, 143].map((exitCode) =>
    explainExitCode({ exitCode, oomKilled: false }, service),
  );
  expect(meanings).toEqual([
    "exit code 0 (no error)",
    "exit code 1",
    "exit code 125 (the Engine could not start it)",
    "exit code 126 (the entrypoint cannot be executed)",
    "exit code 127 (the entrypoint or its interpreter is not in the image)",
    "exit code 134 (aborted, SIGABRT)",
    "exit code 137 (killed, SIGKILL)",
    "exit code 139 (crashed, SIGSEGV)",
    "exit code 143 (ended on request, SIGTERM)",
  ]);
  expect(explainExitCode({ exitCode: 137, oomKilled: true }, service)).toBe(
    "exit code 137 (killed: it reached its memory limit of 128 MB)",
  );
  const limits = { ...service.limits, memoryBytes: 4096.4 * 1024 * 1024 };
  expect(explainExitCode({ exitCode: 1, oomKilled: true }, { limits })).toContain("of 4096 MB");
});
