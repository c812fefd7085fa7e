import type { EverydayImage, Ready, Use } from "./everyday-image.ts";

/** A manifest and the files that it names, by their place in the project. */
export interface ProjectFiles {
  readonly manifest: unknown;
  readonly files: ReadonlyMap<string, string>;
}

/** The service's name in each manifest. */
export const SERVICE = "it";

/** The stack of an image: its name in the letters that stacks have. */
export function stackName(name: string): string {
  return `t-judge-${name.replaceAll("+", "p")}`;
}

/** Write what a record says as an operator would. */
export function projectOf(name: string, image: EverydayImage): ProjectFiles {
  const {
    os = "debian-12",
    packages,
    clients = [],
    start,
    user = "10001:10001",
    config = {},
  } = image;
  const { debconf, environment } = image;
  const files = new Map(
    Object.entries(config).map(([, text], index) => [`files/${index}`, text] as const),
  );
  const service = serviceOf(image);
  return {
    files,
    manifest: {
      name: stackName(name),
      os: [os],
      images: {
        [SERVICE]: {
          from: "scratch",
          packages: { [os]: [...packages, ...clients] },
          ...(image.essential === true ? { essential: true } : {}),
          ...(image.run === undefined ? {} : { scripts: "run" }),
          user,
          entrypoint: start,
          ...(environment === undefined ? {} : { environment }),
          ...(debconf === undefined ? {} : { debconf }),
          ...(files.size === 0
            ? {}
            : {
                files: Object.keys(config).map((target, index) => ({
                  path: `files/${index}`,
                  target,
                })),
              }),
        },
      },
      services: { [SERVICE]: service },
    },
  };
}

function serviceOf(image: EverydayImage): unknown {
  const { capabilities = [], writable = [], executable = [], memory } = image;
  const policy = {
    ...(image.user === "0:0" ? { allow_root: "it starts as root and gives its rights up" } : {}),
    ...(image.writableRoot === true ? { writable_root: "it writes where its package says" } : {}),
    ...(capabilities.length === 0
      ? {}
      : {
          capabilities: Object.fromEntries(capabilities.map((each) => [each, "it starts as root"])),
        }),
    ...(executable.length === 0
      ? {}
      : {
          tmpfs_exec: Object.fromEntries(executable.map((each) => [each, "it runs what it made"])),
        }),
  };
  return {
    image: SERVICE,
    tmpfs: writable.map((each) => {
      const [target = "", options] = each.split(":");
      const settings = Object.fromEntries((options ?? "").split(",").map((one) => one.split("=")));
      return {
        target,
        ...(options === undefined ? {} : settings),
        ...(executable.includes(target) ? { exec: true } : {}),
      };
    }),
    restart: "no",
    ...(memory === undefined ? {} : { mem_limit: memory }),
    ...(image.writableRoot === true ? { read_only: false } : {}),
    ...(capabilities.length === 0 ? {} : { cap_add: capabilities }),
    ...(Object.keys(policy).length === 0 ? {} : { policy }),
    ...(image.job === true ? { job: true } : { probes: [probeOf(image.use, image.ready)] }),
  };
}

function probeOf(use: Use, ready: Ready | undefined): unknown {
  const patience = { start_period: "40s", timeout: "5s" };
  if ("page" in use) return { http_get: use.page, ...patience };
  if (ready === undefined) throw new Error("a service says when it is ready");
  if ("port" in ready) return { tcp_socket: { port: ready.port }, ...patience };
  return { exec: { command: ready.command }, ...patience };
}
