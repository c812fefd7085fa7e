/**
 * What the broker is told by its environment. Everything else of a worker is fixed in `worker.mjs`.
 *
 * @typedef {object} Settings
 * @property {string} stack Name of the stack; part of the worker image's name and of its label.
 * @property {string} workerImage The worker's image, as the Engine knows it.
 * @property {string} engineSocket Path of the Engine's socket.
 * @property {string} listenSocket Path of the broker's own socket.
 * @property {number} workers How many workers run at a time.
 * @property {number} queue How many jobs wait at most.
 * @property {number} deadlineMs How long a worker may take, from its making to its removal.
 */

/**
 * Read the settings. Throws an Error with one sentence for a value of the wrong form.
 *
 * @param {Readonly<Record<string, string | undefined>>} environment
 * @returns {Settings}
 */
export function readSettings(environment) {
  const stack = environment["QCLOCK_STACK"] ?? "";
  // The form that qclock gives to names of stacks; it becomes part of an image's name.
  if (!/^[a-z0-9][a-z0-9_.-]{0,62}$/.test(stack))
    throw new Error("QCLOCK_STACK must be the name of a stack; qclock sets it.");
  return {
    stack,
    workerImage: `qclock.invalid/${stack}/worker:latest`,
    engineSocket: absolute(environment, "ENGINE_SOCKET", "/run/engine/docker.sock"),
    listenSocket: absolute(environment, "LISTEN_SOCKET", "/run/qrcode/gate/broker.sock"),
    workers: whole(environment, "WORKERS", { least: 1, most: 64, otherwise: 4 }),
    queue: whole(environment, "QUEUE", { least: 0, most: 1000, otherwise: 32 }),
    deadlineMs:
      whole(environment, "DEADLINE_SECONDS", { least: 1, most: 300, otherwise: 20 }) * 1000,
  };
}

/**
 * @param {Readonly<Record<string, string | undefined>>} environment
 * @param {string} name
 * @param {string} otherwise
 */
function absolute(environment, name, otherwise) {
  const value = environment[name] ?? otherwise;
  if (!/^\/[^\0]{1,100}$/.test(value)) throw new Error(`${name} must be an absolute path.`);
  return value;
}

/**
 * @param {Readonly<Record<string, string | undefined>>} environment
 * @param {string} name
 * @param {{ least: number, most: number, otherwise: number }} bounds
 */
function whole(environment, name, { least, most, otherwise }) {
  const text = environment[name] ?? String(otherwise);
  const value = /^\d{1,4}$/.test(text) ? Number(text) : -1;
  if (value >= least && value <= most) return value;
  throw new Error(`${name} must be a whole number from ${least} to ${most}.`);
}
