import { describe, expect, test } from "vitest";
import { bareRepositories, forbiddenBecause } from "../../../../src/run/bundle/forbidden-names.ts";

describe("is never written", () => {
  test.each([
    ".git/config",
    ".git",
    "images/app/.git/hooks/post-checkout",
    ".GIT/config",
    ".g\u200cit/config",
    ".git./config",
    ".git /config",
    ".env",
    ".env.production",
    "images/app/.env",
    ".envrc",
    "images/app/.envrc",
    ".husky/pre-commit",
    ".githooks/pre-commit",
    ".gitattributes",
    "images/.gitmodules",
    ".npmrc",
    ".vscode/tasks.json",
    ".ssh/authorized_keys",
    ".bashrc",
    ".config/systemd/user/x.service",
  ])("%j", (file) => {
    expect(forbiddenBecause(file)).toMatch(/other programs obey|a setting of some program/);
  });
});

test.each([
  ["images/app/.env.local", "other programs obey .env.local"],
  ["images/app/.envrc", "other programs obey .envrc"],
  [".git/hooks/.env.x", "other programs obey .git"],
  ["a/.ENV", "other programs obey .env"],
  [".profile", "a name with a dot in the project's own folder is a setting of some program"],
])("%s is not written for a reason: %s", (file, reason) => {
  expect(forbiddenBecause(file)).toBe(reason);
});

describe("is written", () => {
  test.each(
    [
      "stack.config.yaml",
      ".dockerignore",
      ".gitignore",
      "images/base/rootfs/etc/skel/.bashrc",
      "images/web/.htaccess",
      "images/web/environment",
      "images/web/git/config",
      "images/web/x.env",
      "images/web/x.env.",
      "images/web/.profile",
      "images/web/.environment",
    ].filter((file) => file !== "..."),
  )("%j", (file) => {
    expect(forbiddenBecause(file)).toBeUndefined();
  });
});

test("a folder that git takes for a repository is found without a .git", () => {
  expect(
    bareRepositories([
      "images/app/HEAD",
      "images/app/config",
      "images/app/objects/pack/x",
      "images/app/refs",
      "images/web/HEAD",
      "images/web/index.html",
    ]),
  ).toEqual(new Set(["images/app"]));
  expect(bareRepositories(["head", "refs/heads/main"])).toEqual(new Set([""]));
});
