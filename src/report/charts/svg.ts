import { dark, light, type Palette } from "./palette.ts";

/** Every chart is as wide as the others, whatever stands in its margins: as wide as a phone. */
export const pictureWidth = 420;

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** A text within SVG or an attribute of HTML. */
export const escaped = (text: string) => text.replaceAll(/[&<>"]/g, (character) => entities[character] ?? "");

/** A picture in the light palette, in the dark one. */
export function recoloured(svg: string): string {
  const pairs = new Map(Object.entries(light).map(([name, colour]) => [colour, dark[name as keyof Palette]]));
  return svg.replaceAll(/#[0-9a-f]{6}/g, (colour) => pairs.get(colour) ?? colour);
}
