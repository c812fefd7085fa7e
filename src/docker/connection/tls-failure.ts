import { QclockError } from "../../error.ts";
import { systemCode } from "../errors.ts";

/**
 * Say why TLS failed, by OpenSSL's code; undefined when the error is not about TLS. There is never
 * a way back to plain TCP.
 */
export function explainTlsFailure(error: unknown, url: string): QclockError | undefined {
  const code = systemCode(error);
  const reason = code === undefined ? undefined : reasons.get(code);
  if (reason === undefined) return undefined;
  return new QclockError(
    "engine-refused",
    `TLS with the Engine at ${url} failed: ${reason.message} (${code ?? ""}).`,
    {
      cause: error,
      hint: reason.hint,
    },
  );
}

interface Reason {
  readonly message: string;
  readonly hint: string;
}

const wrongAuthority: Reason = {
  message: "its certificate is signed by an authority that is not in ca.pem",
  hint: "Put the authority that signed the Engine's certificate into ca.pem in DOCKER_CERT_PATH.",
};

const notTls: Reason = {
  message: "the port does not speak TLS, or speaks a version that is too old",
  hint: "Check the port (2376 by custom) and the Engine's `tlsverify` settings.",
};

const clientRefused: Reason = {
  message: "the Engine does not accept this client's certificate",
  hint: "Put a client certificate signed by the Engine's authority into cert.pem and key.pem in DOCKER_CERT_PATH.",
};

const reasons: ReadonlyMap<string, Reason> = new Map([
  [
    "CERT_HAS_EXPIRED",
    {
      message: "its certificate has expired",
      hint: "Renew the Engine's certificate, or set this machine's clock right.",
    },
  ],
  [
    "CERT_NOT_YET_VALID",
    { message: "its certificate is not valid yet", hint: "Set this machine's clock right." },
  ],
  [
    "ERR_TLS_CERT_ALTNAME_INVALID",
    {
      message: "its certificate is for another host name",
      hint: "Use the name that the certificate was made for.",
    },
  ],
  ["DEPTH_ZERO_SELF_SIGNED_CERT", wrongAuthority],
  ["SELF_SIGNED_CERT_IN_CHAIN", wrongAuthority],
  ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", wrongAuthority],
  ["UNABLE_TO_GET_ISSUER_CERT", wrongAuthority],
  ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", wrongAuthority],
  ["ERR_SSL_WRONG_VERSION_NUMBER", notTls],
  ["ERR_SSL_PACKET_LENGTH_TOO_LONG", notTls],
  ["ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED", clientRefused],
  ["ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE", clientRefused],
  ["ERR_SSL_TLSV1_ALERT_UNKNOWN_CA", clientRefused],
]);
