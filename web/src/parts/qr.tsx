import { useEffect, useRef } from "preact/hooks";
import "./qr.css";

/** A QR code that came as SVG. */
export function Qr({ svg, label }: { svg: string; label: string }) {
  const frame = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const parsed = new DOMParser().parseFromString(svg, "image/svg+xml").documentElement;
    if (parsed.nodeName !== "svg") return;
    // It has a size of its own and no view box; with one it fills its frame at any size.
    const [width, height] = [parsed.getAttribute("width"), parsed.getAttribute("height")];
    if (!parsed.hasAttribute("viewBox")) parsed.setAttribute("viewBox", `0 0 ${width} ${height}`);
    frame.current?.replaceChildren(document.importNode(parsed, true));
  }, [svg]);
  return <div class="qr" role="img" aria-label={label} ref={frame} />;
}
