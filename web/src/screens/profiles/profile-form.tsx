import { useState } from "preact/hooks";
import type { Profile, ProfileBody } from "../../api/account-types.ts";
import { profiles as calls } from "../../api/accounts.ts";
import type { ProblemError } from "../../api/client.ts";
import { LANGUAGES, t } from "../../i18n/index.ts";
import { personal } from "../../i18n/personal.ts";
import { AVATARS, Avatar } from "../../parts/avatar.tsx";
import { Button } from "../../parts/button.tsx";
import { Confirm, Dialog } from "../../parts/dialog.tsx";
import { Field, Select } from "../../parts/form.tsx";
import { ErrorLine } from "../../parts/notice.tsx";
import { tell, tellProblem } from "../../state/notices.ts";
import { asProblemError, invalidate, peek } from "../../state/query.ts";
import { findUser } from "../../state/session.ts";
import { fieldFault } from "../doors/field-fault.ts";
import { ageChoices, isPin } from "./ages.ts";
import { PinField } from "./pin-dialog.tsx";

/** Makes a profile, or changes one. */
export function ProfileForm({ profile, onClose }: { profile: Profile | null; onClose: () => void }) {
  const text = personal.value.profiles;
  const [name, setName] = useState(profile?.name ?? "");
  const [avatar, setAvatar] = useState(profile?.avatar ?? unusedAvatar());
  const [language, setLanguage] = useState(profile?.language ?? "");
  const [age, setAge] = useState<number | null>(profile?.max_age ?? null);
  const [pin, setPin] = useState("");
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [deleting, setDeleting] = useState(false);
  const [error, setError] = useState<ProblemError | null>(null);
  const pinFault = pin && tried && !isPin(pin) ? text.pinFault : fieldFault(error, "pin");
  const nameFault = tried && !name.trim() ? personal.value.setup.nameMissing : fieldFault(error, "name");
  const save = async (changes: ProfileBody) => {
    setBusy(true);
    setError(null);
    try {
      await (profile ? calls.change(profile.id, changes) : calls.create(changes));
      await refreshed();
      tell(text.saved);
      onClose();
    } catch (reason) {
      setError(asProblemError(reason));
      setBusy(false);
    }
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    setTried(true);
    if (!name.trim() || (pin && !isPin(pin))) return;
    void save({
      name: name.trim(),
      avatar,
      language: language || null,
      ...(profile?.is_default ? {} : { max_age: age }),
      ...(pin ? { pin } : {}),
    });
  };
  const remove = async () => {
    try {
      await calls.remove((profile as Profile).id);
      await refreshed();
      tell(text.deleted);
      onClose();
    } catch (reason) {
      tellProblem(reason);
    }
  };
  if (deleting && profile)
    return (
      <Confirm
        title={text.deleteAsk}
        text={text.deleteText(profile.name)}
        action={t.value.action.delete}
        onConfirm={() => void remove()}
        onClose={() => setDeleting(false)}
      />
    );
  const languages = [["", text.languageAsBrowser], ...Object.entries(LANGUAGES)] as [string, string][];
  const ages: [string, string][] = [
    ["", text.everyone],
    ...ageChoices(profile?.max_age ?? null).map((each): [string, string] => [String(each), text.ageUpTo(each)]),
  ];
  return (
    <Dialog title={profile ? text.edit(profile.name) : text.newTitle} onClose={onClose} wide>
      <form class="profile-form" onSubmit={submit} noValidate>
        {error && !pinFault && !nameFault && <ErrorLine error={error} />}
        <Field
          label={text.name}
          name="name"
          maxLength={32}
          autocomplete="off"
          value={name}
          fault={nameFault}
          onInput={(event) => setName(event.currentTarget.value)}
        />
        <AvatarChoice chosen={avatar} onChoose={setAvatar} />
        <div class="profile-selects">
          <Select stacked label={text.language} value={language} options={languages} onChoose={setLanguage} />
          {!profile?.is_default && (
            <Select
              stacked
              label={text.maturity}
              value={age === null ? "" : String(age)}
              options={ages}
              onChoose={(value) => setAge(value === "" ? null : Number(value))}
            />
          )}
        </div>
        {age !== null && <p class="quiet small">{text.maturityText}</p>}
        <PinField
          label={text.pin}
          value={pin}
          fault={pinFault}
          hint={profile?.has_pin ? text.pinKeep : text.pinHint}
          autocomplete="new-password"
          onChange={setPin}
        />
        <div class="dialog-actions">
          {profile && !profile.is_default && !profile.active && (
            <Button look="danger" icon="trash" onClick={() => setDeleting(true)}>
              {t.value.action.delete}
            </Button>
          )}
          {profile?.has_pin && (
            <Button disabled={busy} onClick={() => void save({ pin: null })}>
              {text.pinRemove}
            </Button>
          )}
          <Button type="submit" look="primary" busy={busy}>
            {text.save}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function AvatarChoice({ chosen, onChoose }: { chosen: string; onChoose: (avatar: string) => void }) {
  const text = personal.value.profiles;
  return (
    <fieldset class="avatar-choice">
      <legend>{text.avatar}</legend>
      {AVATARS.map((each) => (
        <label key={each} class={each === chosen ? "chosen" : ""}>
          <input
            type="radio"
            name="avatar"
            value={each}
            checked={each === chosen}
            aria-label={text.avatars[each]}
            onChange={() => onChoose(each)}
          />
          <Avatar avatar={each} name={text.avatars[each] ?? each} size={56} />
        </label>
      ))}
    </fieldset>
  );
}

/** One that nobody has yet. */
function unusedAvatar(): string {
  const used = peek<{ items: Profile[] }>("profiles")?.items.map((each) => each.avatar) ?? [];
  return AVATARS.find((each) => !used.includes(each)) ?? (AVATARS[0] as string);
}

/** What is shown of the profiles, here and in the header, is read again. */
async function refreshed(): Promise<void> {
  invalidate("profiles");
  await findUser();
}
