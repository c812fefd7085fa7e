import type { DebianName } from "../root/debian-name.ts";

/** An image that people make every day: packages, what any operator says of them, and its use. */
export interface EverydayImage {
  readonly kind: Kind;
  /** Absent: debian-12. */
  readonly os?: DebianName;
  /** The first is the one that the image is about. */
  readonly packages: readonly string[];
  /** Packages that only the use needs, such as a client. */
  readonly clients?: readonly string[];
  /** Whether the image needs Debian's Essential packages, which depend on nobody's word. */
  readonly essential?: true;
  /** The program that is started: a service, unless `job` says otherwise. */
  readonly start: readonly string[];
  /** It runs to its end, and its output is looked at. */
  readonly job?: true;
  /**
   * Absent: 10001:10001. Often the account that its package makes. Root needs what it may do in
   * `capabilities`.
   */
  readonly user?: string;
  readonly capabilities?: readonly string[];
  /** Files that an operator writes, by their path in the image. */
  readonly config?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
  /** Answers to debconf's questions in place of the templates' own. */
  readonly debconf?: Readonly<Record<string, string>>;
  /** Paths in memory that it writes to, with a size where 64m are not enough. */
  readonly writable?: readonly string[];
  /** Of these, those that programs are run from. */
  readonly executable?: readonly string[];
  /** It writes all over its root. */
  readonly writableRoot?: true;
  /** Absent: 512m. */
  readonly memory?: string;
  /** When a service is ready, where no page tells. */
  readonly ready?: Ready;
  readonly use: Use;
  /** `scripts: run`, and why it cannot work without. */
  readonly run?: string;
}

/** What a reader looks for in the table. */
export type Kind =
  | "web"
  | "database"
  | "broker"
  | "language"
  | "mail"
  | "directory"
  | "network"
  | "tool"
  | "desktop";

/** What tells that a service can be used: a port that answers, or a command that ends with 0. */
export type Ready = { readonly port: number } | { readonly command: readonly string[] };

/** How an image is used, and what must come of it. */
export type Use =
  | { readonly page: PageRequest }
  /** A command in the running container, and what it prints. */
  | { readonly command: readonly string[]; readonly prints: RegExp }
  /** What the job itself prints. */
  | { readonly prints: RegExp };

/** A page that is asked for, and a text that it holds. */
export interface PageRequest {
  readonly port: number;
  readonly path: string;
  readonly body?: string;
  readonly status?: number;
}

/** A table of images, by name. */
export type EverydayImages = Readonly<Record<string, EverydayImage>>;

/** Capabilities of a service that starts as root and gives its rights up. */
export const DROPPING_ROOT = ["CHOWN", "SETGID", "SETUID"];

/** The start of a service by a line of shell. */
export function shell(line: string): readonly string[] {
  return ["/bin/sh", "-c", line];
}

/** What a service on a port says when somebody connects, or answers to a line. */
export function greeting(port: number, line = ""): readonly string[] {
  const say = line === "" ? "" : `printf '${line}\\r\\n' >&3; `;
  return [
    "/bin/bash",
    "-c",
    `exec 3<>/dev/tcp/127.0.0.1/${port}; ${say}read -t 30 l <&3; echo "$l"`,
  ];
}
