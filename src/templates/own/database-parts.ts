import type { Database } from "../template.ts";

/** What a database adds to the manifest of a stack of one's own. */
interface DatabaseParts {
  /** Below `images`. */
  readonly image: string;
  /** Below the web service. */
  readonly wiring: string;
  /** Below `services`. */
  readonly service: string;
  /** Volumes and secrets. */
  readonly data: string;
}

/** The parts of each database, as text of the manifest that ends with its line. */
export const databaseParts: Readonly<Record<Database, DatabaseParts>> = {
  none: { image: "", wiring: "", service: "", data: "" },

  mariadb: {
    image: `
  # MariaDB 10.11, initialised on first start by /usr/local/bin/qclock-db.
  db:
    from: base
    packages: { debian-12: [mariadb-client-core, mariadb-server-core] }
    files: [images/db/rootfs, images/db/rootfs.debian-12]
    directories:
      - { path: /var/lib/mysql, owner: "10001:10001", mode: "0750" }
    entrypoint: [/usr/local/bin/qclock-db]
    expose: [3306]
`,
    wiring: wiring(3306),
    service: `
  db:
    image: db
    environment: { DB_NAME: app, DB_USER: app }
    secrets: [db_password, db_root_password, db_health_password]
    volumes: ["db-data:/var/lib/mysql"]
    tmpfs: ["/run/qclock:size=8m", "/tmp:size=64m"]
    mem_limit: 512m
    pids_limit: 128
    stop_grace_period: 30s
    probes:
      - tcp_socket: { port: 3306 }
        phase: startup
      - exec: { command: [/usr/local/bin/qclock-db-health] }
`,
    data: data(["db_password", "db_root_password", "db_health_password"]),
  },

  postgres: {
    image: `
  # PostgreSQL 15, initialised on first start by /usr/local/bin/start-postgres.
  db:
    from: base
    packages: { debian-12: [dash, postgresql-15] }
    files: [images/db/rootfs]
    directories:
      - { path: /var/lib/postgresql, owner: "10001:10001", mode: "0750" }
    entrypoint: [/usr/local/bin/start-postgres]
    expose: [5432]
    # Connections are ended in good order; SIGTERM would wait for their clients to go.
    stop_signal: SIGINT
`,
    wiring: wiring(5432),
    service: `
  db:
    image: db
    environment: { DB_NAME: app, DB_USER: app }
    secrets: [db_password]
    volumes: ["db-data:/var/lib/postgresql"]
    tmpfs: ["/run/postgresql:size=8m", "/tmp:size=64m"]
    mem_limit: 512m
    pids_limit: 128
    stop_grace_period: 30s
    probes:
      - tcp_socket: { port: 5432 }
        phase: startup
      - exec: { command: [/usr/local/bin/postgres-health] }
`,
    data: data(["db_password"]),
  },
};

/**
 * The page does not log in, so that it has no password: what takes its place and does names the
 * secret.
 */
function wiring(port: number): string {
  return `    # db is ready when this starts, and can be reached by nobody else. What logs in needs the password
    # as well: \`secrets: [db_password]\` makes it the file /run/secrets/db_password.
    depends_on: [db]
    environment: { DB_HOST: db, DB_PORT: ${port} }
`;
}

function data(secrets: readonly string[]): string {
  const lines = secrets.map((secret) => `  ${secret}: { generate: { length: 32 } }\n`);
  return `
volumes:
  db-data: {}

# Made at random on the first start. They live in volumes of the stack, and nowhere else.
secrets:
${lines.join("")}`;
}
