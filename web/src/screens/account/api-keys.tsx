import { useState } from "preact/hooks";
import { own } from "../../api/accounts.ts";
import { api } from "../../api/endpoints.ts";
import type { ApiKey } from "../../api/types.ts";
import { ago, date } from "../../i18n/format.ts";
import { t } from "../../i18n/index.ts";
import { personal } from "../../i18n/personal.ts";
import { Button, IconButton } from "../../parts/button.tsx";
import { Confirm } from "../../parts/dialog.tsx";
import { Icon } from "../../parts/icon.tsx";
import { ErrorLine } from "../../parts/notice.tsx";
import { tell, tellProblem } from "../../state/notices.ts";
import { invalidate, useQuery } from "../../state/query.ts";
import { CreatedKey, NewKey } from "./new-key.tsx";

/** The keys of programs that act for the person. */
export function ApiKeys() {
  const text = personal.value.account;
  const keys = useQuery("api-keys", (signal) => api.me.keys(signal));
  const [creating, setCreating] = useState(false);
  const [deleting, setDeleting] = useState<ApiKey | null>(null);
  const [rotating, setRotating] = useState<ApiKey | null>(null);
  const [secret, setSecret] = useState<string | null>(null);
  const rotate = async (key: ApiKey) => {
    await own.rotateKey(key.id).then((made) => setSecret(made.key), tellProblem);
    invalidate("api-keys");
  };
  const remove = async (key: ApiKey) => {
    try {
      await api.me.deleteKey(key.id);
      tell(text.keyDeleted);
    } catch (reason) {
      tellProblem(reason);
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
          <li key={key.id} class="key-line">
            <Icon name="key" size={24} />
            <div class="line-text">
              <p>
                {key.name} <code class="quiet">{key.prefix}…</code>
              </p>
              <p class="quiet small">{facts(key)}</p>
            </div>
            <IconButton icon="refresh" label={text.rotate} onClick={() => setRotating(key)} />
            <IconButton icon="trash" label={t.value.action.delete} onClick={() => setDeleting(key)} />
          </li>
        ))}
      </ul>
      {creating && <NewKey onClose={() => setCreating(false)} />}
      {secret && <CreatedKey secret={secret} onClose={() => setSecret(null)} />}
      {rotating && (
        <Confirm
          title={text.rotateAsk}
          text={text.rotateText(rotating.name)}
          action={text.rotate}
          onConfirm={() => void rotate(rotating)}
          onClose={() => setRotating(null)}
        />
      )}
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
  const text = personal.value.account;
  const used = key.last_used_at ? text.lastUsed(ago(key.last_used_at)) : text.neverUsed;
  const scopes = key.scopes.map((scope) => text.scopes[scope] ?? scope).join(", ");
  const over = key.expires_at !== null && Date.parse(key.expires_at) < Date.now();
  const until = over ? text.expired : key.expires_at ? text.expires(date(key.expires_at)) : null;
  return [scopes, used, until].filter(Boolean).join(" · ");
}
