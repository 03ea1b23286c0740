import { useEffect, useState } from "preact/hooks";
import { profiles } from "../../api/accounts.ts";
import { chooseLanguage, LANGUAGES, type Language, language, t } from "../../i18n/index.ts";
import { personal } from "../../i18n/personal.ts";
import { Avatar } from "../../parts/avatar.tsx";
import { Button, LinkButton } from "../../parts/button.tsx";
import { Segments, Select } from "../../parts/form.tsx";
import { Empty } from "../../parts/notice.tsx";
import { usePageTitle } from "../../parts/page-title.ts";
import { href, place, setQuery } from "../../router/router.ts";
import { tell } from "../../state/notices.ts";
import { type Theme, theme } from "../../state/preferences.ts";
import { invalidate } from "../../state/query.ts";
import { isRestricted, profile, signOut, user } from "../../state/session.ts";
import { ApiKeys } from "./api-keys.tsx";
import { Devices } from "./devices.tsx";
import { Identities } from "./identities.tsx";
import { NameForm } from "./name-form.tsx";
import { OwnData } from "./own-data.tsx";
import { PasswordForm } from "./password-form.tsx";
import { SecondFactor } from "./second-factor.tsx";
import "../../parts/panel.css";
import "./account.css";

/** Everything of one's own account; nothing of it for a profile with a maturity limit. */
export default function Account() {
  const text = personal.value.account;
  usePageTitle(text.title);
  useEffect(tellProblemOfLink, []);
  // Whoever came here to set it up finds it at once; it stays where it was when it is done.
  const [factorFirst] = useState(() => user.value?.second_factor_needed === true);
  if (isRestricted.value)
    return (
      <div class="page">
        <Empty whole icon="lock" title={text.title} text={personal.value.profiles.maturityText}>
          <LinkButton look="primary" to="/profiles">
            {t.value.nav.profiles}
          </LinkButton>
        </Empty>
      </div>
    );
  return (
    <div class="page room">
      <div class="page-head account-head">
        <Avatar avatar={profile.value?.avatar} name={user.value?.name ?? ""} size={64} />
        <div>
          <h1>{user.value?.name}</h1>
          <p class="quiet">{t.value.nav.roles[user.value?.role ?? "user"]}</p>
        </div>
        <Button icon="logout" onClick={() => void signOut()}>
          {t.value.nav.signOut}
        </Button>
      </div>
      {factorFirst && <SecondFactor />}
      <Appearance />
      <ProfilesLink />
      <Devices />
      <Identities />
      <ApiKeys />
      <NameForm />
      <PasswordForm />
      {!factorFirst && <SecondFactor />}
      <OwnData />
      <p class="quiet small account-foot">
        <a class="text-link alone" href={href("/docs")} target="_blank" rel="noreferrer">
          {text.api}
        </a>
      </p>
    </div>
  );
}

/** A link to another service that failed comes back with its reason in the address. */
function tellProblemOfLink(): void {
  const problem = place.value.query.get("problem");
  const { problems, problem: otherwise } = personal.value.signin;
  if (!problem) return;
  tell(problems[problem] ?? otherwise, "problem");
  setQuery({ problem: null });
}

function Appearance() {
  const text = personal.value.account;
  const themes = (["system", "dark", "light"] as const).map((value) => [value, text.themes[value] as string] as const);
  const choose = async (wanted: Language) => {
    await chooseLanguage(wanted);
    const own = profile.value;
    // The profile's own language would win at the next visit.
    if (own?.language) await profiles.change(own.id, { language: wanted }).catch(() => undefined);
    invalidate();
  };
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
          onChoose={(value) => void choose(value)}
        />
      </div>
    </section>
  );
}

function ProfilesLink() {
  const text = personal.value.profiles;
  return (
    <section class="panel" aria-label={text.here}>
      <div class="panel-head">
        <div>
          <h2>{text.here}</h2>
          <p class="quiet small">{text.hereText}</p>
        </div>
        <LinkButton to="/profiles?manage=1" icon="people">
          {text.manage}
        </LinkButton>
      </div>
    </section>
  );
}
