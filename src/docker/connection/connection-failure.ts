import { QclockError } from "../../error.ts";
import { engineStatus, systemCode } from "../errors.ts";

/** An endpoint that was tried, and what came of it. */
export interface Tried {
  readonly url: string;
  readonly origin: string;
  readonly error: QclockError;
}

/**
 * One error for all the endpoints that were tried: the most telling of them, since a socket that
 * may not be opened or that nobody listens to is the user's Engine, and nine sockets that do not
 * exist are nobody's.
 */
export function explainConnection(tried: readonly Tried[]): QclockError {
  const telling = tried.toSorted((left, right) => weight(left.error) - weight(right.error))[0];
  const places = tried.map(
    ({ url, origin, error }) => `tried ${url} (${origin}): ${systemCode(error) ?? error.code}`,
  );
  if (telling === undefined || (tried.length > 1 && isAbsent(telling.error))) {
    return new QclockError(
      "engine-unreachable",
      "No Engine was found at any of the usual sockets.",
      {
        hint: "`qclock engine ensure` finds or installs one; `--host URL` names one elsewhere.",
        details: places,
      },
    );
  }
  return explainOne(telling, tried.length > 1 ? places : []);
}

function explainOne({ url, origin, error }: Tried, places: readonly string[]): QclockError {
  const named = `${url} (${origin})`;
  const code = systemCode(error);
  // What the system said; our own words about it are replaced by better ones here.
  const cause = error.cause ?? error;
  switch (code) {
    case "ENOENT":
      return new QclockError(
        "engine-unreachable",
        `There is no Engine at ${named}: the socket does not exist.`,
        {
          cause,
          hint: "Start the Engine, or let `qclock engine ensure` find or install one.",
          details: places,
        },
      );
    case "ECONNREFUSED":
      return new QclockError("engine-unreachable", `No Engine listens at ${named}.`, {
        cause,
        hint: "Start the Engine (`systemctl start docker`), or let `qclock engine ensure` do it.",
        details: places,
      });
    case "EACCES":
    case "EPERM":
      return new QclockError(
        "engine-refused",
        `You may not use the Engine at ${named}: permission denied on its socket.`,
        {
          cause,
          // Never to open the socket to everyone: whoever can write to it is root.
          hint: "Have an administrator add you to the group docker (`usermod -aG docker NAME`) and log in again, or use a rootless Engine.",
          details: places,
        },
      );
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return new QclockError(
        "engine-unreachable",
        `The host of the Engine at ${named} has no address (${code}).`,
        { cause, hint: "Check the name, and this machine's DNS." },
      );
    case undefined:
      break;
    default:
      if (code.startsWith("HPE_")) {
        return new QclockError(
          "engine-unreachable",
          `What listens at ${named} does not speak HTTP.`,
          { cause, hint: "Check the address; a port with TLS needs DOCKER_TLS_VERIFY=1." },
        );
      }
  }
  return new QclockError(outcome(error), `${error.message.replace(/\.$/u, "")}, tried ${named}.`, {
    cause,
    hint: error.hint,
    details: [...error.details, ...places],
  });
}

function outcome(error: QclockError): QclockError["code"] {
  // 400 to a plain request is what a port with TLS answers.
  if (engineStatus(error) !== undefined) return "engine-refused";
  return error.code === "engine-silent" || error.code === "engine-failed"
    ? "engine-unreachable"
    : error.code;
}

function weight(error: QclockError): number {
  if (isAbsent(error)) return 3;
  return error.code === "engine-refused" || ["EACCES", "EPERM"].includes(systemCode(error) ?? "")
    ? 1
    : 2;
}

function isAbsent(error: QclockError): boolean {
  return systemCode(error) === "ENOENT";
}
