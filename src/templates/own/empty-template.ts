import path from "node:path";
import { osListOf, portVariables } from "../../manifest/edit/edit.ts";
import { readFiles } from "../read-files.ts";
import type { Database, ProjectFile, Template } from "../template.ts";
import { writeManifest } from "./manifest.ts";

/**
 * The template for a stack of one's own: a base image, a web service, and a database where one is
 * asked for. MariaDB's image is QClock's, so that its entrypoint is kept in one place.
 */
export function emptyTemplate(installation: string): Template {
  const parts = path.join(installation, "templates", "empty");
  const imagesOf: Readonly<Record<Database, () => Promise<readonly ProjectFile[]>>> = {
    none: async () => [],
    mariadb: async () => {
      const files = await readFiles(path.join(installation, "images"), "db", "images/db");
      return files.filter((file) => !file.path.startsWith("images/db/rootfs.oraclelinux-9/"));
    },
    postgres: () => readFiles(parts, "postgres", "images/db"),
  };
  const written = writeManifest({ name: "empty", database: "none" });
  return {
    name: "empty",
    summary: "a page of one's own on a base image, with a database or without",
    offersDatabase: true,
    systems: osListOf(written),
    ports: portVariables(written),
    files: async (choices) => [
      { path: "stack.config.yaml", content: writeManifest(choices), isExecutable: false },
      ...(await readFiles(parts, "web", "images/web")),
      ...(await imagesOf[choices.database]()),
    ],
  };
}
