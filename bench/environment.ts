/** The bench's own variables, less those that would make a contestant do another job than usual. */
export function ownEnvironment(): Readonly<Record<string, string>> {
  const ignored = /^(?:QCLOCK_(?!MIRROR)|DOCKER_|BUILDX_|BUILDKIT_|COMPOSE_|XDG_|NODE_|npm_)/i;
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      value === undefined || ignored.test(name) ? [] : [[name, value]],
    ),
  );
}
