/** Text colours that can be read on `color` ("#rrggbb"): light on dark posters, dark on light ones. Pure. */
export function inkOn(color: string | null): "#fff8ec" | "#17120a" {
  if (!color || !/^#[0-9a-f]{6}$/i.test(color)) return "#fff8ec";
  const channel = (at: number) => {
    const value = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  const luminance = 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
  return luminance > 0.3 ? "#17120a" : "#fff8ec";
}
