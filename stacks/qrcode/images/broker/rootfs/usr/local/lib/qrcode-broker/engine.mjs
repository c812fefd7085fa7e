import http from "node:http";

/**
 * Every request that the broker makes of the Engine. There is no other way to it in this program:
 * each path is written here, and the only parts that vary are an image's name from the settings and
 * ids that the Engine itself gave.
 */
export class Engine {
  #socketPath;
  #agent = new http.Agent({ keepAlive: true, maxSockets: 128 });

  /** @param {string} socketPath */
  constructor(socketPath) {
    this.#socketPath = socketPath;
  }

  /**
   * Id of an image.
   *
   * @param {string} reference
   * @param {AbortSignal} signal
   * @returns {Promise<string>}
   */
  async imageId(reference, signal) {
    const answer = await this.#call("GET", `/images/${reference}/json`, { signal });
    const { Id } = answer.json();
    if (typeof Id !== "string" || !/^sha256:[0-9a-f]{64}$/.test(Id))
      throw new Error("The Engine gave no id of the worker's image.");
    return Id;
  }

  /**
   * Make a container, which does not run yet.
   *
   * @param {object} body
   * @param {AbortSignal} signal
   * @returns {Promise<string>} Its id.
   */
  async create(body, signal) {
    const answer = await this.#call("POST", "/containers/create", { signal, body });
    return checkedId(answer.json().Id);
  }

  /**
   * The input and output of a container as one stream, see `frames.mjs`.
   *
   * @param {string} id
   * @param {AbortSignal} signal
   * @returns {Promise<import("node:stream").Duplex>}
   */
  attach(id, signal) {
    const path = `/containers/${checkedId(id)}/attach?stream=1&stdin=1&stdout=1&stderr=1`;
    return new Promise((resolve, reject) => {
      const request = http.request({
        socketPath: this.#socketPath,
        method: "POST",
        path,
        headers: { Host: "engine", Connection: "Upgrade", Upgrade: "tcp" },
        agent: false,
        signal,
      });
      request.on("upgrade", (_response, socket, head) => {
        if (head.length > 0) socket.unshift(head);
        resolve(socket);
      });
      request.on("response", (response) => {
        response.resume();
        reject(new EngineError("POST", path, response.statusCode ?? 0, "no stream"));
      });
      request.on("error", reject);
      request.end();
    });
  }

  /**
   * Wait for a container's end and removal. Resolves once the Engine waits, so that an end soon
   * after is not missed.
   *
   * @param {string} id
   * @param {AbortSignal} signal
   * @returns {Promise<{ exitCode: Promise<number> }>}
   */
  async waitRemoved(id, signal) {
    const path = `/containers/${checkedId(id)}/wait?condition=removed`;
    const response = await this.#open("POST", path, { signal });
    const exitCode = readAll(response).then((bytes) => {
      if (response.statusCode !== 200) throw failure("POST", path, response, bytes);
      return Number(JSON.parse(bytes.toString("utf8")).StatusCode);
    });
    // Whoever fails before the end does not ask for it any more.
    exitCode.catch(() => undefined);
    return { exitCode };
  }

  /**
   * @param {string} id
   * @param {AbortSignal} signal
   */
  async start(id, signal) {
    await this.#call("POST", `/containers/${checkedId(id)}/start`, { signal });
  }

  /**
   * Kill and remove a container. One that is gone, or is being removed, is no failure.
   *
   * @param {string} id
   * @param {AbortSignal} signal
   */
  async remove(id, signal) {
    const path = `/containers/${checkedId(id)}?force=1&v=1`;
    await this.#call("DELETE", path, { signal, accepts: [404, 409] });
  }

  /**
   * Ids of all containers with a label, whether they run or not.
   *
   * @param {string} label
   * @param {AbortSignal} signal
   * @returns {Promise<readonly string[]>}
   */
  async listLabelled(label, signal) {
    const filters = encodeURIComponent(JSON.stringify({ label: [label] }));
    const answer = await this.#call("GET", `/containers/json?all=1&filters=${filters}`, { signal });
    return answer.json().map((/** @type {{ Id: unknown }} */ { Id }) => checkedId(Id));
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {{ signal: AbortSignal, body?: object, accepts?: readonly number[] }} options
   */
  async #call(method, path, options) {
    const response = await this.#open(method, path, options);
    const bytes = await readAll(response);
    const { statusCode = 0 } = response;
    if (statusCode >= 300 && options.accepts?.includes(statusCode) !== true)
      throw failure(method, path, response, bytes);
    return { json: () => JSON.parse(bytes.toString("utf8")) };
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {{ signal: AbortSignal, body?: object }} options
   * @returns {Promise<http.IncomingMessage>}
   */
  #open(method, path, { signal, body }) {
    const bytes = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    return new Promise((resolve, reject) => {
      const request = http.request({
        socketPath: this.#socketPath,
        method,
        path,
        agent: this.#agent,
        signal,
        headers: {
          Host: "engine",
          ...(bytes === undefined
            ? {}
            : { "Content-Type": "application/json", "Content-Length": bytes.length }),
        },
      });
      request.on("response", resolve);
      request.on("error", reject);
      request.end(bytes);
    });
  }
}

/** An answer of the Engine that says no. */
export class EngineError extends Error {
  /**
   * @param {string} method
   * @param {string} path
   * @param {number} status
   * @param {string} message
   */
  constructor(method, path, status, message) {
    super(`The Engine answers ${status} to ${method} ${path.split("?")[0]}: ${message}`);
    this.name = "EngineError";
    this.status = status;
  }
}

/**
 * @param {string} method
 * @param {string} path
 * @param {http.IncomingMessage} response
 * @param {Buffer} bytes
 */
function failure(method, path, response, bytes) {
  let message = "";
  try {
    message = String(JSON.parse(bytes.toString("utf8")).message);
  } catch {
    message = bytes.toString("utf8").slice(0, 200);
  }
  return new EngineError(method, path, response.statusCode ?? 0, message);
}

/**
 * @param {http.IncomingMessage} response
 * @returns {Promise<Buffer>}
 */
async function readAll(response) {
  const chunks = [];
  for await (const chunk of response) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/**
 * Ids become parts of paths, so even the Engine's own are held to their form.
 *
 * @param {unknown} id
 * @returns {string}
 */
function checkedId(id) {
  if (typeof id !== "string" || !/^[0-9a-f]{64}$/.test(id))
    throw new Error("That is no id of a container.");
  return id;
}
