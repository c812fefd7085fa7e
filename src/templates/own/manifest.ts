import { withStackName } from "../../manifest/edit/edit.ts";
import { schemaLine } from "../schema-file.ts";
import type { ProjectChoices } from "../template.ts";
import { databaseParts } from "./database-parts.ts";

/** The port that the page is published on when nobody says otherwise. */
const defaultPort = 8080;

/**
 * The manifest of a stack of one's own, put together from the parts that the choices ask for. It is
 * text, and not a value that is printed, since its comments are for who goes on with it.
 */
export function writeManifest({ name, port = defaultPort, database }: ProjectChoices): string {
  const db = databaseParts[database];
  const text = `${schemaLine}
# Everything is made from Debian's signed packages and the files below images/.
name: NAME
os: [debian-12]

images:
  # What every image of the stack stands on. Packages of all belong here, and of one there.
  base:
    from: scratch
    packages:
      debian-12:
        [base-files, base-passwd, bash, ca-certificates, coreutils, libc-bin, mawk, netbase, tzdata]
    accounts:
      users:
        - { name: app, uid: 10001, gid: 10001 }
    user: "10001:10001"
    environment: { LANG: C.UTF-8 }

  # A page and a program that answers /cgi-bin/health. Put your own application in their place.
  web:
    from: base
    packages: { debian-12: [busybox-static] }
    files: [images/web/rootfs]
    entrypoint: [/bin/busybox, httpd, -f, -v, -p, "8080", -h, /srv/www]
    expose: [8080]
${db.image}
services:
  web:
    image: web
${db.wiring}    ports: ["\${WEB_PORT:-${port}}:8080"]
    mem_limit: 64m
    pids_limit: 64
    probes:
      - http_get: { port: 8080, path: /cgi-bin/health, status: 200, json: { status: ok } }
${db.service}${db.data}`;
  return withStackName(text, name);
}
