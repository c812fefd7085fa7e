import type { EverydayImages } from "../everyday-image.ts";
import { data } from "./data.ts";
import { languages } from "./languages.ts";
import { services } from "./services.ts";
import { tools } from "./tools.ts";
import { web } from "./web.ts";

/** Images of Debian 12 of which an operator says the same in Debian 13. */
const SAME = [
  "apache2",
  "bind9",
  "curl",
  "dnsmasq",
  "ffmpeg",
  "gcc",
  "git",
  "graphviz",
  "gtk",
  "haproxy",
  "imagemagick",
  "lighttpd",
  "mariadb",
  "mosquitto",
  "numpy",
  "openssh-server",
  "perl",
  "r",
  "rabbitmq",
  "redis",
  "rsvg-convert",
  "ruby",
  "samba",
  "vim",
];

/** Some of the images once more, from the packages of Debian 13. */
export const debian13: EverydayImages = Object.fromEntries(
  SAME.map((name) => {
    const image = { ...web, ...data, ...languages, ...services, ...tools }[name];
    if (image === undefined) throw new Error(`there is no image ${name}`);
    return [`${name}-debian-13`, { ...image, os: "debian-13" }];
  }),
);
