import { useState } from "preact/hooks";
import { api } from "../../api/endpoints.ts";
import type { ApiKey } from "../../api/types.ts";
import { ago, date } from "../../i18n/format.ts";
import { t } from "../../i18n/index.ts";
import { Button, IconButton } from "../../parts/button.tsx";
import { Confirm } from "../../parts/dialog.tsx";
import { Icon } from "../../parts/icon.tsx";
import { ErrorLine } from "../../parts/notice.tsx";
import { tell } from "../../state/notices.ts";
import { asProblemError, invalidate, useQuery } from "../../state/query.ts";
import { NewKey } from "./new-key.tsx";

/** The keys of programs that act for the person. */
export function ApiKeys() {
  const text = t.value.account;
  const keys = useQuery("api-keys", (signal) => api.me.keys(signal));
  const [creating, setCreating] = useState(false);
  const [deleting, setDeleting] = useState<ApiKey | null>(null);
  const remove = async (key: ApiKey) => {
    try {
      await api.me.deleteKey(key.id);
      tell(text.keyDeleted);
    } catch (reason) {
      tell(asProblemError(reason).message || t.value.error.generic, "problem");
    }
    invalidate("api-keys");
  };
  return (
    <section class="panel" aria-label={text.keys}>
      <div class="panel-head">
        <div>
          <h2>{text.keys}</h2>
          <p class="quiet small">{text.keysText}</p>
        </div>
        <Button icon="plus" onClick={() => setCreating(true)}>
          {text.newKey}
        </Button>
      </div>
      {keys.error && <ErrorLine error={keys.error} />}
      {keys.data?.items.length === 0 && <p class="quiet">{text.noKeys}</p>}
      <ul class="lines">
        {keys.data?.items.map((key) => (
          <li key={key.id}>
            <Icon name="key" size={24} />
            <div class="line-text">
              <p>
                {key.name} <code class="quiet">{key.prefix}…</code>
              </p>
              <p class="quiet small">{facts(key)}</p>
            </div>
            <IconButton icon="trash" label={t.value.action.delete} onClick={() => setDeleting(key)} />
          </li>
        ))}
      </ul>
      {creating && <NewKey onClose={() => setCreating(false)} />}
      {deleting && (
        <Confirm
          title={text.deleteKeyAsk}
          text={text.deleteKeyText(deleting.name)}
          action={t.value.action.delete}
          onConfirm={() => void remove(deleting)}
          onClose={() => setDeleting(null)}
        />
      )}
    </section>
  );
}

function facts(key: ApiKey): string {
  const text = t.value.account;
  const used = key.last_used_at ? text.lastUsed(ago(key.last_used_at)) : text.neverUsed;
  const scopes = key.scopes.map((scope) => text.scopes[scope] ?? scope).join(", ");
  return [scopes, used, key.expires_at ? text.expires(date(key.expires_at)) : null].filter(Boolean).join(" · ");
}
