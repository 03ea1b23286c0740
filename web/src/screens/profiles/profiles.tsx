import { useEffect, useRef, useState } from "preact/hooks";
import type { Profile } from "../../api/account-types.ts";
import { profiles as calls } from "../../api/accounts.ts";
import { Wordmark } from "../../app/shell.tsx";
import { t } from "../../i18n/index.ts";
import { personal } from "../../i18n/personal.ts";
import { Avatar } from "../../parts/avatar.tsx";
import { Button } from "../../parts/button.tsx";
import { Icon } from "../../parts/icon.tsx";
import { lazy } from "../../parts/lazy.tsx";
import { ErrorNotice, Late } from "../../parts/notice.tsx";
import { usePageTitle } from "../../parts/page-title.ts";
import { moveFocus } from "../../parts/spatial.ts";
import { goBack, navigate, place, setQuery } from "../../router/router.ts";
import { tellProblem } from "../../state/notices.ts";
import { useQuery } from "../../state/query.ts";
import { destination, isRestricted, signedIn, user } from "../../state/session.ts";
import { PinDialog } from "./pin-dialog.tsx";
import "../doors/door.css";
import "./profiles.css";

const MOST = 8;
const ProfileForm = lazy(() => import("./profile-form.tsx").then((found) => found.ProfileForm));

/** Who is watching? And, in its other state, the profiles to be changed. */
export default function Profiles() {
  const text = personal.value.profiles;
  const { query } = place.value;
  const all = useQuery("profiles", (signal) => calls.list(signal));
  const managing = query.get("manage") !== null && !isRestricted.value;
  const [asking, setAsking] = useState<Profile | null>(null);
  const [editing, setEditing] = useState<Profile | "new" | null>(null);
  const list = useRef<HTMLUListElement>(null);
  const items = all.data?.items ?? [];
  usePageTitle(managing ? text.manageTitle : text.title);
  const go = async (to: Profile, pin?: string) => {
    await calls.use(to.id, pin);
    await signedIn();
    navigate(destination(query.get("next")), { replace: true });
  };
  const choose = (to: Profile) => {
    if (managing) setEditing(to);
    else if (to.has_pin && !to.active) setAsking(to);
    else void go(to).catch(tellProblem);
  };
  // Whoever was sent here from the door, and has no choice, goes on.
  const alone = query.get("in") !== null && items.length === 1;
  useEffect(() => {
    if (alone) navigate(destination(query.get("next")), { replace: true });
  }, [alone]);
  // The menu leads here for a profile with a PIN.
  const wanted = query.get("enter");
  useEffect(() => {
    const found = items.find((each) => each.id === wanted);
    if (found) setAsking(found);
  }, [wanted, items.length]);
  useEffect(() => {
    const keys = (event: KeyboardEvent) => list.current && moveFocus(event, list.current);
    document.addEventListener("keydown", keys);
    if (!managing) list.current?.querySelector("button")?.focus();
    return () => document.removeEventListener("keydown", keys);
  }, [items.length > 0]);
  return (
    <div class="door profiles">
      <p class="wordmark">
        <Wordmark />
      </p>
      <h1>{managing ? text.manageTitle : text.title}</h1>
      {all.error && !all.data && <ErrorNotice error={all.error} retry={all.reload} />}
      {all.pending && (
        <Late>
          <div class="profile-tiles" aria-busy="true">
            {[0, 1, 2].map((n) => (
              <div class="bone profile-bone" key={n} />
            ))}
          </div>
        </Late>
      )}
      <ul class="profile-tiles" ref={list}>
        {items.map((each) => (
          <Tile key={each.id} profile={each} managing={managing} onChoose={() => choose(each)} />
        ))}
        {all.data && !isRestricted.value && items.length < MOST && (managing || items.length === 1) && (
          <li>
            <button type="button" class="profile-tile" onClick={() => setEditing("new")}>
              <span class="profile-picture profile-add">
                <Icon name="plus" size={40} />
              </span>
              <span class="profile-name">{text.add}</span>
            </button>
          </li>
        )}
      </ul>
      {managing && items.length >= MOST && <p class="quiet">{text.full}</p>}
      <div class="profile-foot">
        {managing ? (
          <Button look="primary" onClick={() => setQuery({ manage: null })}>
            {text.done}
          </Button>
        ) : (
          <>
            {user.value && query.get("next") === null && (
              <Button look="quiet" icon="left" onClick={() => goBack("/")}>
                {t.value.action.back}
              </Button>
            )}
            {!isRestricted.value && all.data && (
              <Button look="quiet" icon="pen" onClick={() => setQuery({ manage: "1" })}>
                {text.manage}
              </Button>
            )}
          </>
        )}
      </div>
      {asking && (
        <PinDialog
          profile={asking}
          onEnter={(pin) => go(asking, pin)}
          onClose={() => {
            setAsking(null);
            if (wanted) setQuery({ enter: null });
          }}
        />
      )}
      {editing && <ProfileForm profile={editing === "new" ? null : editing} onClose={() => setEditing(null)} />}
    </div>
  );
}

function Tile({ profile, managing, onChoose }: { profile: Profile; managing: boolean; onChoose: () => void }) {
  const text = personal.value.profiles;
  const { max_age: age } = profile;
  return (
    <li>
      <button
        type="button"
        class="profile-tile"
        aria-label={managing ? text.edit(profile.name) : undefined}
        aria-current={profile.active ? "true" : undefined}
        onClick={onChoose}
      >
        <span class="profile-picture">
          <Avatar avatar={profile.avatar} name={profile.name} size={128} />
          {managing && (
            <span class="profile-pen">
              <Icon name="pen" size={32} />
            </span>
          )}
        </span>
        <span class="profile-name">{profile.name}</span>
        <span class="profile-facts small">
          {profile.has_pin && (
            <>
              <Icon name="lock" size={14} />
              <span class="hidden-visually">{text.locked}</span>
            </>
          )}
          {age !== null && !managing && text.restricted(age)}
        </span>
      </button>
    </li>
  );
}
