import type { ComponentChildren } from "preact";
import { t } from "../i18n/index.ts";
import { isAdmin } from "../state/session.ts";
import { Empty } from "./notice.tsx";

/** Its children for administrators; for everybody else, a word that this is not theirs. */
export function AdminOnly({ children }: { children: ComponentChildren }) {
  if (isAdmin.value) return <>{children}</>;
  return (
    <div class="page">
      <Empty icon="key" title={t.value.manage.onlyAdmins} text={t.value.manage.onlyAdminsText} />
    </div>
  );
}
