import { api } from "../../api/endpoints.ts";
import { ago } from "../../i18n/format.ts";
import { chooseLanguage, LANGUAGES, type Language, language, t } from "../../i18n/index.ts";
import { Button, LinkButton } from "../../parts/button.tsx";
import { Segments, Select } from "../../parts/form.tsx";
import { Icon } from "../../parts/icon.tsx";
import { ErrorLine, Late } from "../../parts/notice.tsx";
import { usePageTitle } from "../../parts/page-title.ts";
import { href } from "../../router/router.ts";
import { tell } from "../../state/notices.ts";
import { type Theme, theme } from "../../state/preferences.ts";
import { asProblemError, invalidate, useQuery } from "../../state/query.ts";
import { isAdmin, signOut, user } from "../../state/session.ts";
import { ApiKeys } from "./api-keys.tsx";
import { PasswordForm } from "./password-form.tsx";
import "../../parts/panel.css";
import "./account.css";

export default function Account() {
  const text = t.value;
  usePageTitle(text.account.title);
  return (
    <div class="page room">
      <div class="page-head account-head">
        <span class="avatar big" aria-hidden="true">
          {user.value?.name.slice(0, 1).toUpperCase()}
        </span>
        <div>
          <h1>{user.value?.name}</h1>
          <p class="quiet">{text.account.roles[user.value?.role ?? "user"]}</p>
        </div>
        <Button icon="logout" onClick={() => void signOut()}>
          {text.nav.signOut}
        </Button>
      </div>
      {isAdmin.value && (
        <nav class="account-rooms" aria-label={text.nav.menu}>
          <LinkButton to="/manage" icon="folder">
            {text.nav.manage}
          </LinkButton>
          <LinkButton to="/jobs" icon="list">
            {text.nav.jobs}
          </LinkButton>
          <LinkButton to="/services" icon="pulse">
            {text.nav.services}
          </LinkButton>
          <LinkButton to="/cache" icon="database">
            {text.nav.cache}
          </LinkButton>
        </nav>
      )}
      <Appearance />
      <Devices />
      <ApiKeys />
      <PasswordForm />
      <p class="quiet small account-foot">
        <a class="text-link" href={href("/docs")} target="_blank" rel="noreferrer">
          {text.account.api}
        </a>
      </p>
    </div>
  );
}

function Appearance() {
  const text = t.value.account;
  const themes = (["system", "dark", "light"] as const).map((value) => [value, text.themes[value] as string] as const);
  return (
    <section class="panel" aria-label={text.appearance}>
      <h2>{text.appearance}</h2>
      <div class="setting">
        <span>{text.theme}</span>
        <Segments<Theme>
          label={text.theme}
          value={theme.value}
          options={themes}
          onChoose={(value) => (theme.value = value)}
        />
      </div>
      <div class="setting">
        <span>{text.language}</span>
        <Select<Language>
          label={text.language}
          quiet
          value={language.value}
          options={Object.entries(LANGUAGES) as [Language, string][]}
          onChoose={(value) => void chooseLanguage(value).then(() => invalidate())}
        />
      </div>
    </section>
  );
}

function Devices() {
  const text = t.value.account;
  const sessions = useQuery("sessions", (signal) => api.me.sessions(signal));
  const end = async (id: string) => {
    try {
      await api.me.endSession(id);
      tell(text.ended);
    } catch (reason) {
      tell(asProblemError(reason).message || t.value.error.generic, "problem");
    }
    invalidate("sessions");
  };
  return (
    <section class="panel" aria-label={text.sessions}>
      <h2>{text.sessions}</h2>
      {sessions.error && <ErrorLine error={sessions.error} />}
      {sessions.pending && (
        <Late>
          <div class="bone line-bone" />
        </Late>
      )}
      <ul class="lines">
        {sessions.data?.items.map((session) => (
          <li key={session.id}>
            <Icon name="tv" size={24} />
            <div class="line-text">
              <p>{session.device}</p>
              <p class="quiet small">
                {[session.address, session.current ? text.thisDevice : text.lastSeen(ago(session.last_seen_at))].join(
                  " · ",
                )}
              </p>
            </div>
            {!session.current && <Button onClick={() => void end(session.id)}>{text.end}</Button>}
          </li>
        ))}
      </ul>
    </section>
  );
}
