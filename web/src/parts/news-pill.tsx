import { t } from "../i18n/index.ts";
import { Icon } from "./icon.tsx";
import { gently } from "./spatial.ts";
import "./news-pill.css";

/** Says that there is something new above, and leads there. */
export function NewsPill({ onShow }: { onShow: () => void }) {
  return (
    <p class="news-pill" role="status">
      <button
        type="button"
        onClick={() => {
          onShow();
          window.scrollTo({ top: 0, behavior: gently() });
        }}
      >
        <Icon name="sparkle" size={16} />
        {t.value.library.news}
      </button>
    </p>
  );
}
