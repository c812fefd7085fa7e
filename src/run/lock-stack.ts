export { lockStack } from "./prepare-images.ts";
