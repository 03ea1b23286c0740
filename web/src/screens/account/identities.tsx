import { useState } from "preact/hooks";
import type { Identity, Provider } from "../../api/account-types.ts";
import { doors, own } from "../../api/accounts.ts";
import { date } from "../../i18n/format.ts";
import { t } from "../../i18n/index.ts";
import { personal } from "../../i18n/personal.ts";
import { Button } from "../../parts/button.tsx";
import { Confirm, Dialog } from "../../parts/dialog.tsx";
import { Icon } from "../../parts/icon.tsx";
import { ErrorLine } from "../../parts/notice.tsx";
import { tell, tellProblem } from "../../state/notices.ts";
import { invalidate, useQuery } from "../../state/query.ts";
import { oidcUrl } from "../signin/oidc-url.ts";
import { PlexState, usePlex } from "../signin/plex.tsx";

/** Accounts of other services that sign one in here. Nothing where no such service is set up and none is linked. */
export function Identities() {
  const text = personal.value.account;
  const providers = useQuery("providers", (signal) => doors.providers(signal));
  const linked = useQuery("identities", (signal) => own.identities(signal));
  const [unlinking, setUnlinking] = useState<Identity | null>(null);
  const plex = usePlex("link", () => {
    tell(text.linkedNow);
    invalidate("identities");
  });
  const ways = (providers.data?.items ?? []).filter((way) => way.kind === "plex" || way.kind === "oidc");
  const identities = linked.data?.items ?? [];
  if (ways.length === 0 && identities.length === 0) return null;
  const unlink = async (identity: Identity) => {
    await own.unlink(identity.id).then(() => tell(text.unlinked), tellProblem);
    invalidate("identities");
  };
  const nameOf = (identity: Identity) => ways.find((way) => way.id === identity.provider)?.label ?? identity.provider;
  return (
    <section class="panel" aria-label={text.signIns}>
      <div class="panel-head">
        <div>
          <h2>{text.signIns}</h2>
          <p class="quiet small">{text.signInsText}</p>
        </div>
        <div class="panel-actions">
          {ways
            .filter((way) => !identities.some((identity) => identity.provider === way.id))
            .map((way) => (
              <LinkWay key={way.id} way={way} onPlex={plex.start} />
            ))}
        </div>
      </div>
      {linked.error && <ErrorLine error={linked.error} />}
      {plex.error && <ErrorLine error={plex.error} text={personal.value.signin.problems[plex.error.code]} />}
      {linked.data && identities.length === 0 && <p class="quiet">{text.noSignIns}</p>}
      <ul class="lines">
        {identities.map((identity) => (
          <li key={identity.id}>
            <Icon name="key" size={24} />
            <div class="line-text">
              <p>{nameOf(identity)}</p>
              <p class="quiet small">
                {[identity.label, text.linked(date(identity.linked_at))].filter(Boolean).join(" · ")}
              </p>
            </div>
            <Button onClick={() => setUnlinking(identity)}>{text.unlink}</Button>
          </li>
        ))}
      </ul>
      {plex.started && (
        <Dialog title={personal.value.signin.plexTitle} onClose={plex.cancel}>
          <p class="quiet">{personal.value.signin.plexText}</p>
          <PlexState plex={plex} />
        </Dialog>
      )}
      {unlinking && (
        <Confirm
          title={text.unlinkAsk}
          text={text.unlinkText(unlinking.label || nameOf(unlinking))}
          action={text.unlink}
          onConfirm={() => void unlink(unlinking)}
          onClose={() => setUnlinking(null)}
        />
      )}
    </section>
  );
}

function LinkWay({ way, onPlex }: { way: Provider; onPlex: () => void }) {
  const label = personal.value.account.link(way.label || t.value.action.add);
  if (way.kind === "plex")
    return (
      <Button icon="plus" onClick={onPlex}>
        {label}
      </Button>
    );
  return (
    <a class="button plain" href={oidcUrl(way.id, "/account", "link")}>
      <Icon name="plus" />
      {label}
    </a>
  );
}
