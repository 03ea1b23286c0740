import { t } from "../i18n/index.ts";
import { Icon } from "../parts/icon.tsx";
import { dismiss, notices, reachable } from "../state/notices.ts";
import "./notices.css";

/** Short messages in the corner, and the quiet word that the server is away. */
export function Notices() {
  return (
    <div class="notices" role="status" aria-live="polite">
      {!reachable.value && (
        <p class="toast">
          <Icon name="wifi" />
          {t.value.error.offlineNotice}
        </p>
      )}
      {notices.value.map((notice) => (
        <p key={notice.id} class={`toast ${notice.kind}`}>
          <Icon name={notice.kind === "done" ? "check" : "error"} />
          <span>{notice.text}</span>
          {notice.action && (
            <button
              type="button"
              onClick={() => {
                notice.action?.run();
                dismiss(notice.id);
              }}
            >
              {notice.action.label}
            </button>
          )}
        </p>
      ))}
    </div>
  );
}
