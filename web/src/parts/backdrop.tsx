import { useState } from "preact/hooks";
import { picture } from "../api/pictures.ts";
import "./backdrop.css";

/** The wide picture behind a title; without one, a glow of the poster's colour and the poster itself, blurred. */
export function Backdrop({ url, poster, color }: { url: string | null; poster: string | null; color: string | null }) {
  const [shown, setShown] = useState(false);
  const [failed, setFailed] = useState(false);
  const source = url && !failed ? picture(url, "backdrop") : poster ? picture(poster, "poster") : null;
  return (
    <div class="backdrop" style={color ? { "--glow": color } : {}} aria-hidden="true">
      {source && (
        <img
          {...source}
          key={source.src}
          sizes={url ? "100vw" : "342px"}
          alt=""
          fetchpriority="high"
          class={`${shown ? "shown" : ""} ${url && !failed ? "" : "soft"}`}
          onLoad={() => setShown(true)}
          onError={() => setFailed(true)}
        />
      )}
    </div>
  );
}
