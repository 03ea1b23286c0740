import { useState } from "preact/hooks";
import { picture } from "../api/pictures.ts";
import { inkOn } from "./color.ts";
import "./poster.css";

interface PosterProps {
  title: string;
  url: string | null;
  color: string | null;
  /** As in the attribute of `img`. */
  sizes?: string;
  eager?: boolean;
}

/** A poster of 2:3. Until it has arrived, and where there is none, its dominant colour with the title set in it. */
export function Poster({ title, url, color, sizes = "184px", eager }: PosterProps) {
  const [state, setState] = useState<"waiting" | "shown" | "failed">("waiting");
  const style = color ? { "--poster": color, "--ink": inkOn(color) } : {};
  return (
    <div class="poster" style={style}>
      <span class="poster-title" aria-hidden="true">
        {title}
      </span>
      {url && state !== "failed" && (
        <img
          {...picture(url, "poster")}
          sizes={sizes}
          alt=""
          loading={eager ? "eager" : "lazy"}
          decoding="async"
          class={state === "shown" ? "shown" : ""}
          onLoad={() => setState("shown")}
          onError={() => setState("failed")}
        />
      )}
    </div>
  );
}
