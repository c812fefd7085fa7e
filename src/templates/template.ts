import type { PortVariable } from "../manifest/edit/edit.ts";

/** Databases that a stack of one's own can begin with. */
export const databases = ["none", "mariadb", "postgres"] as const;
export type Database = (typeof databases)[number];

/** What a new project is to be. */
export interface ProjectChoices {
  /** Name of the stack. */
  readonly name: string;
  /** The host's port of the first service that publishes one; the template's own when absent. */
  readonly port?: number;
  /** For templates that offer the choice. */
  readonly database: Database;
  /** The system that stands first in the manifest; absent: the template's own choice. */
  readonly os?: string;
}

/** One file of a new project. */
export interface ProjectFile {
  /** Relative to the project's folder, with `/`. */
  readonly path: string;
  readonly content: string | Uint8Array;
  readonly isExecutable: boolean;
}

/** Something that a project can begin with. */
export interface Template {
  readonly name: string;
  /** A few words, without a full stop. */
  readonly summary: string;
  /** Whether the database can be chosen. */
  readonly offersDatabase: boolean;
  /** The systems that its images can be made of, by the names in the manifest. */
  readonly systems: readonly string[];
  /** What it publishes, the service that people open first. */
  readonly ports: readonly PortVariable[];
  /** Its own files with the choices made, the manifest among them. */
  readonly files: (choices: ProjectChoices) => Promise<readonly ProjectFile[]>;
}
