import { useEffect, useState } from "preact/hooks";
import type { ScreenProps } from "../../app/screens.tsx";
import { language } from "../../i18n/index.ts";
import { place } from "../../router/router.ts";
import { loadMediaChrome } from "./chrome-elements.ts";
import { Stage } from "./stage.tsx";
import "./player.css";

/** Plays a title, or one of its items by `?item=`; where it was left, or all of it by `?from=start`. */
export default function Player({ parameters }: ScreenProps) {
  const [ready, setReady] = useState(false);
  useEffect(() => {
    void loadMediaChrome(language.value).then(() => setReady(true));
    document.documentElement.dataset.playing = "";
    return () => void delete document.documentElement.dataset.playing;
  }, []);
  const title = parameters.id as string;
  const item = place.value.query.get("item");
  const fromStart = place.value.query.get("from") === "start";
  return ready ? (
    <Stage key={`${title} ${item}`} title={title} item={item} from={fromStart ? 0 : null} />
  ) : (
    <div class="stage after-dark" aria-busy="true" />
  );
}
