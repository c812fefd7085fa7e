import { execFileSync } from "node:child_process";
import { mkdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { locateInProject } from "../../../src/project/locate.ts";
import type { Place } from "../../../src/project/place.ts";
import { readFolder, readInProject, readReal, readWhole } from "../../../src/project/open.ts";
import { temporaryFolder } from "../../support/temporary-store.ts";

interface Project extends AsyncDisposable {
  /** The project's folder. */
  readonly directory: string;
  /** A folder of the host beside it. */
  readonly host: string;
  at(relative: string): string;
}

/** A project, and files of the host that it must not reach. */
async function aProject(): Promise<Project> {
  const folder = await temporaryFolder();
  const directory = path.join(folder.path, "project");
  const host = path.join(folder.path, "host");
  await mkdir(path.join(directory, "conf/deep"), { recursive: true });
  await mkdir(host);
  await writeFile(path.join(host, "shadow"), "the host's");
  await writeFile(path.join(directory, "conf/deep/app"), "ours");
  return {
    directory,
    host,
    at: (relative) => path.join(directory, relative),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

const look = ({ directory, at }: Project, relative: string): Promise<Place> =>
  locateInProject(directory, at(relative));

test("a path without links is where it says", async () => {
  await using project = await aProject();
  expect(await look(project, "conf/deep/app")).toEqual({
    type: "file",
    path: project.at("conf/deep/app"),
  });
  expect(await look(project, "conf")).toMatchObject({ type: "directory" });
  expect(await look(project, ".")).toMatchObject({ type: "directory", path: project.directory });
  expect(await look(project, "conf/none/app")).toEqual({ type: "missing" });
  expect(await look(project, "conf/deep/app/below")).toEqual({ type: "missing" });
});

test.each([
  ["a relative one", "conf/deep", "link/app"],
  ["one that goes up", "./conf/../conf/deep", "link/app"],
  ["one to a file", "conf/deep/app", "link"],
  ["one that leaves and comes back", "../project/conf/deep", "link/app"],
  ["an absolute one", "$PROJECT/conf/deep", "link/app"],
  ["a way over other links", "chain/deep", "link/app"],
])("a link that stays in the project is followed: %s", async (_, target, file) => {
  await using project = await aProject();
  await symlink("conf", project.at("chain"));
  await symlink(target.replace("$PROJECT", project.directory), project.at("link"));

  expect(await look(project, file)).toMatchObject({
    type: "file",
    path: project.at("conf/deep/app"),
    links: expect.arrayContaining([project.at("link")]),
  });
  await expect(readInProject(project.directory, project.at(file))).resolves.toEqual(
    Buffer.from("ours"),
  );
});

test.each([
  ["in the middle of a path", "link", "../host", "link/shadow"],
  ["as the file itself", "link", "../host/shadow", "link"],
  ["deep down", "conf/deep/link", "../../../host", "conf/deep/link/shadow"],
  ["absolute", "link", "$HOST", "link/shadow"],
  ["to the root by /proc", "link", "/proc/self/root$HOST", "link/shadow"],
  ["to the working directory by /proc", "link", "/proc/self/cwd", "link/package.json"],
  ["to an input", "link", "/dev/stdin", "link"],
  ["to a device", "link", "/dev/zero", "link"],
  ["to a folder whose name begins like the project's", "link", "../project-other", "link/x"],
  ["to the folder above", "link", "..", "link/host/shadow"],
  ["to nothing outside", "link", "../host/none", "link"],
])("a link out of the project is refused with its target: %s", async (_, at, target, file) => {
  await using project = await aProject();
  const written = target.replace("$HOST", project.host);
  await symlink(written, project.at(at));

  expect(await look(project, file)).toEqual({
    type: "outside",
    link: project.at(at),
    target: written,
  });
  await expect(readInProject(project.directory, project.at(file))).rejects.toMatchObject({
    code: "path-outside-project",
    message: `${file} leads out of the project: ${at} is a link to ${written}.`,
  });
});

test("of a chain the link that leaves is named", async () => {
  await using project = await aProject();
  await symlink("second", project.at("first"));
  await symlink("conf/third", project.at("second"));
  await symlink(project.host, project.at("conf/third"));

  expect(await look(project, "first/shadow")).toEqual({
    type: "outside",
    link: project.at("conf/third"),
    target: project.host,
  });
});

test("links that go round in a circle end, and so does a path that lies outside without any", async () => {
  await using project = await aProject();
  await symlink("b", project.at("a"));
  await symlink("a/x", project.at("b"));
  await symlink("self", project.at("self"));

  expect(await look(project, "a/y")).toMatchObject({ type: "loop" });
  expect(await look(project, "self")).toEqual({ type: "loop", link: project.at("self") });
  expect(await look(project, "../host/shadow")).toEqual({ type: "outside" });
});

test("a pipe and a device are none of the files, and opening a pipe does not wait", async () => {
  await using project = await aProject();
  execFileSync("mkfifo", [project.at("pipe")]);

  expect(await look(project, "pipe")).toMatchObject({ type: "other" });
  await expect(readWhole(project.at("pipe"))).rejects.toMatchObject({
    code: "build-failed",
    message: expect.stringContaining("is not a regular file"),
  });
});

test("a folder that has become a link since it was found is not read through", async () => {
  await using project = await aProject();
  await writeFile(path.join(project.host, "app"), "the host's");
  await rm(project.at("conf/deep"), { recursive: true });
  await symlink(project.host, project.at("conf/deep"));

  const refusal = {
    code: "path-outside-project",
    message: `${project.at("conf/deep")} is a link to ${project.host} now; it was none when the manifest was read.`,
  };
  await expect(readWhole(project.at("conf/deep/app"))).rejects.toMatchObject(refusal);
  await expect(Array.fromAsync(readReal(project.at("conf/deep/app")))).rejects.toMatchObject(
    refusal,
  );
  await expect(readFolder(project.at("conf/deep"))).rejects.toMatchObject(refusal);
});

test("many folders, read one after the other, leave signals and timers their turn", async () => {
  await using project = await aProject();
  const fired: string[] = [];
  const timer = setTimeout(() => fired.push("the timer"), 1);
  const giveUp = performance.now() + 2000;
  while (fired.length === 0 && performance.now() < giveUp)
    await readFolder(project.at("conf/deep"));
  clearTimeout(timer);
  expect(fired).toEqual(["the timer"]);
});

test("a link that comes and goes while files are opened never shows the host's file", async () => {
  await using project = await aProject();
  const folder = project.at("conf/deep");
  const aside = project.at("conf/aside");
  await writeFile(path.join(project.host, "app"), "the host's");
  await symlink(project.host, project.at("conf/link"));
  const over = new AbortController();
  const swapping = (async () => {
    while (!over.signal.aborted) {
      await rename(folder, aside);
      await rename(project.at("conf/link"), folder);
      await rename(folder, project.at("conf/link"));
      await rename(aside, folder);
    }
  })();
  const seen = new Set<string>();
  for (let tries = 0; tries < 400; tries++) {
    const place = await look(project, "conf/deep/app");
    if (place.type !== "file") {
      seen.add(place.type);
      continue;
    }
    seen.add(
      await readWhole(place.path).then(
        (bytes) => bytes.toString(),
        (error: unknown) => (error instanceof Error && "code" in error ? String(error.code) : "?"),
      ),
    );
  }
  over.abort();
  await swapping;

  expect(seen).not.toContain("the host's");
  expect(seen).not.toContain("?");
  await expect(readFile(project.at("conf/deep/app"), "utf8")).resolves.toBe("ours");
});
