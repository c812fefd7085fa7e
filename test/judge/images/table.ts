import type { EverydayImages } from "./everyday-image.ts";
import { data } from "./table/data.ts";
import { debian13 } from "./table/debian-13.ts";
import { languages } from "./table/languages.ts";
import { services } from "./table/services.ts";
import { tools } from "./table/tools.ts";
import { web } from "./table/web.ts";

/** Every image that is built and used, by name. */
export const everydayImages: EverydayImages = {
  ...web,
  ...data,
  ...languages,
  ...services,
  ...tools,
  ...debian13,
};
